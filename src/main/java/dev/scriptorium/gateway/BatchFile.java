package dev.scriptorium.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.batch.PromptLines.Line;
import dev.scriptorium.batch.PromptSource;
import dev.scriptorium.event.Batch;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that a file is lines of one endpoint, as OpenAI does before a batch begins, and writes them again as the
 * pipeline takes them: on their tenant's account and with the batch's deadline. What is wrong inside a body is not
 * looked at; it costs that one line and no other.
 */
final class BatchFile {
    private static final int PROBLEMS_MAX = 100;
    private static final List<String> FIELDS = List.of("custom_id", "method", "url", "body");

    private final Batch batch;
    private final GatewayLimits limits;
    private final int lineBytesMax;
    private final List<Batch.Problem> problems = new ArrayList<>();
    private final Map<String, Long> lineOfId = new HashMap<>();
    private long requests;

    BatchFile(Batch batch, GatewayLimits limits, int lineBytesMax) {
        this.batch = batch;
        this.limits = limits;
        this.lineBytesMax = lineBytesMax;
    }

    /** @param problems at most 100; empty if the file is good */
    record Checked(long requests, List<Batch.Problem> problems) {}

    Checked write(Path from, Path to) throws IOException {
        Path partial = to.resolveSibling(to.getFileName() + ".partial");
        try (PromptSource lines = PromptFile.of(from).open(lineBytesMax);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial))) {
            for (Line line = lines.next(); line != null && problems.size() < PROBLEMS_MAX; line = lines.next()) {
                if (!line.isBlank()) {
                    requests++;
                    if (requests > limits.fileLinesMax()) {
                        problem("too_many_requests", "has more than %,d requests", line, limits.fileLinesMax());
                        break;
                    }
                    ObjectNode request = request(line);
                    if (request != null) {
                        out.write(Call.JSON.writeValueAsBytes(request));
                    }
                }
                // A blank line stays one, so that messages name the line that its sender sees.
                out.write('\n');
            }
        }
        if (requests == 0) {
            problems.add(new Batch.Problem("empty_file", "the file has no request", null, 0));
        }
        Files.move(
                partial,
                to,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return new Checked(requests, List.copyOf(problems));
    }

    /** The line as it goes on; null if it has a problem. */
    private @org.jspecify.annotations.Nullable ObjectNode request(Line line) {
        if (line.bytes() > lineBytesMax) {
            problem("line_too_large", "has %,d bytes, but a line has at most %,d", line, line.bytes(), lineBytesMax);
            return null;
        }
        JsonNode node;
        try {
            node = Call.JSON.readTree(line.value());
        } catch (JsonProcessingException e) {
            problem("invalid_json_line", "is not valid JSON: %s", line, e.getOriginalMessage());
            return null;
        } catch (IOException e) {
            problem("invalid_json_line", "cannot be read: %s", line, e.toString());
            return null;
        }
        if (!(node instanceof ObjectNode object)) {
            problem("invalid_json_line", "is not a JSON object", line);
            return null;
        }
        int before = problems.size();
        for (String name : (Iterable<String>) object::fieldNames) {
            if (!FIELDS.contains(name)) {
                problem("unknown_field", "has a field '%s' beside custom_id, method, url and body", line, name);
            }
        }
        checkId(object.path("custom_id"), line);
        expect("POST", "method", object, line);
        expect(String.valueOf(batch.origin().endpoint()), "url", object, line);
        if (!(object.path("body") instanceof ObjectNode body)) {
            problem("missing_required_parameter", "has no object 'body'", line);
            return null;
        }
        try {
            Requests.account(body, batch.tenant());
        } catch (HttpProblem e) {
            problem("invalid_tenant", ": %s", line, e.sentence());
        }
        Requests.endBy(body, batch.expiresAt());
        return problems.size() == before ? object : null;
    }

    private void checkId(JsonNode id, Line line) {
        if (!id.isTextual() || id.textValue().isEmpty()) {
            problem("missing_required_parameter", "has no text 'custom_id'", line);
            return;
        }
        Long first = lineOfId.putIfAbsent(id.textValue(), line.number());
        if (first != null) {
            problem("duplicate_custom_id", "has the custom_id '%s' of line %d", line, id.textValue(), first);
        }
    }

    private void expect(String value, String field, ObjectNode object, Line line) {
        String found = object.path(field).asText();
        if (!found.equals(value)) {
            problem(
                    field.equals("url") ? "mismatched_url" : "invalid_" + field,
                    "has %s '%s', but it must be '%s'",
                    line,
                    field,
                    found,
                    value);
        }
    }

    private void problem(String code, String words, Line line, Object... values) {
        String sentence = "line " + line.number() + " " + String.format(java.util.Locale.ROOT, words, values);
        byte[] bytes = sentence.getBytes(StandardCharsets.UTF_8);
        String shown = bytes.length > 1_000 ? sentence.substring(0, 500) + "…" : sentence;
        problems.add(new Batch.Problem(code, shown, null, line.number()));
    }
}
