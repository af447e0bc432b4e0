package dev.scriptorium.wire.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.wire.AnswerWriter;
import dev.scriptorium.wire.UndecodableException;
import java.util.List;

/**
 * An answer without what is not a function of its prompt: times, the worker and the attempt that happened to write it,
 * and what its neighbours saved it. Two answers to one prompt are then the same bytes, wherever they were written.
 */
public final class StableAnswer {
    private static final List<String> BY_CHANCE = List.of(
            "created",
            "completed_at",
            "rejected_at",
            "worker",
            "attempt",
            "timings",
            "prompt_tokens_details",
            "cached_tokens");

    private final ObjectMapper json = new ObjectMapper();

    /** @param answer one line of JSON, as {@link AnswerWriter} wrote it */
    public String of(String answer) {
        try {
            ObjectNode object = (ObjectNode) json.readTree(answer);
            strip(object);
            JsonNode body = object.path("response").path("body");
            strip(body);
            strip(body.path("scriptorium"));
            strip(body.path("usage"));
            strip(object.path("usage"));
            return object.toString();
        } catch (JsonProcessingException | ClassCastException e) {
            throw new UndecodableException("the answer cannot be read: " + e.getMessage(), e);
        }
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(BY_CHANCE);
        }
    }
}
