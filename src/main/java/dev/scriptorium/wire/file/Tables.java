package dev.scriptorium.wire.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.wire.AnswerWriter;
import dev.scriptorium.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of tables as prompts and back: what stands between a spreadsheet and the pipeline. */
public final class Tables {
    private final ObjectMapper json = new ObjectMapper();

    /**
     * What a table says of an answer.
     *
     * @param text of a completion; null for a rejection
     * @param error message of a rejection; null for a completion
     */
    public record Cells(
            @Nullable String text,
            @Nullable String finishReason,
            long promptTokens,
            long completionTokens,
            @Nullable String error) {}

    /**
     * A row as one line of plain JSON.
     *
     * @param id null to take the record's key
     * @param settings request fields for every row, values as JSON or else as text
     */
    public byte[] prompt(@Nullable String id, String prompt, Map<String, String> settings) {
        ObjectNode row = json.createObjectNode();
        if (id != null) {
            row.put("id", id);
        }
        row.put("prompt", prompt);
        settings.forEach((name, value) -> row.set(name, value(value)));
        return row.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The parts of an answer, as {@link AnswerWriter} wrote it, that have a column. */
    public Cells cells(String answer) {
        JsonNode object;
        try {
            object = json.readTree(answer);
        } catch (JsonProcessingException e) {
            throw new UndecodableException("the answer cannot be read: " + e.getOriginalMessage(), e);
        }
        JsonNode usage = object.path("usage");
        JsonNode error = object.path("error").path("message");
        return new Cells(
                object.path("text").isTextual() ? object.path("text").textValue() : null,
                object.path("finish_reason").isTextual()
                        ? object.path("finish_reason").textValue()
                        : null,
                usage.path("prompt_tokens").asLong(),
                usage.path("completion_tokens").asLong(),
                error.isTextual() ? error.textValue() : null);
    }

    private JsonNode value(String text) {
        try {
            JsonNode parsed = json.readTree(text);
            return parsed == null || parsed.isMissingNode()
                    ? json.getNodeFactory().textNode(text)
                    : parsed;
        } catch (JsonProcessingException e) {
            return json.getNodeFactory().textNode(text);
        }
    }
}
