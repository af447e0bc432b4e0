package dev.scriptorium.gateway.ending;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The error file of a batch as OpenAI writes it: a request that was answered with an error has a response, one that was
 * never tried, because time was over or somebody cancelled, has none and says so.
 *
 * @param expired how many ran out of time
 */
public record ErrorLines(Path file, long expired) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EXPIRED = "deadline_exceeded";
    private static final String CANCELLED = "cancelled";

    public static ErrorLines write(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return new ErrorLines(from, 0);
        }
        long expired = 0;
        try (BufferedReader lines = Files.newBufferedReader(from);
                BufferedWriter out = Files.newBufferedWriter(to)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode answer = JSON.readTree(line);
                String code = answer.path("response")
                        .path("body")
                        .path("error")
                        .path("code")
                        .asText();
                switch (code) {
                    case EXPIRED -> {
                        expired++;
                        out.write(untried(
                                answer,
                                "batch_expired",
                                "This request could not be executed before the completion window expired."));
                    }
                    case CANCELLED ->
                        out.write(untried(answer, "batch_cancelled", "This request was cancelled with its batch."));
                    default -> out.write(line);
                }
                out.write('\n');
            }
        }
        return new ErrorLines(to, expired);
    }

    private static String untried(JsonNode answer, String code, String message) {
        ObjectNode line = JSON.createObjectNode();
        line.set("id", answer.path("id"));
        line.set("custom_id", answer.path("custom_id"));
        line.putNull("response");
        line.putObject("error").put("code", code).put("message", message);
        return line.toString();
    }
}
