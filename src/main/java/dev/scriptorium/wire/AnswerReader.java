package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.RejectionEvent;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.ConfluentFormat;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what {@link AnswerWriter} wrote, as far as somebody who follows a job needs it. */
public final class AnswerReader {
    private final SingleObject avro = SingleObject.ofAllReleased();
    private final AnswerWriter writer = new AnswerWriter(avro);

    /**
     * @param id the request's id
     * @param error the message of a rejection; null for a completion
     * @param weightsDigest of the model that wrote the completion; null for a rejection
     * @param json the answer as one line of JSON, whatever format it travelled in
     */
    public record Answer(
            String id,
            @Nullable String error,
            long promptTokens,
            long completionTokens,
            @Nullable String weightsDigest,
            String json) {}

    /** @throws UndecodableException if the bytes are no answer */
    public Answer read(byte[] value) {
        requireFrameless(value);
        return SingleObject.isMarked(value) ? avroAnswer(value) : jsonAnswer(value);
    }

    /**
     * A record's value.
     *
     * @param schemaHeader its {@link AnswerFrame#SCHEMA_HEADER}; null if it has none
     * @throws UndecodableException if the bytes are no answer
     */
    public Answer read(byte[] value, @Nullable String schemaHeader) {
        return read(AnswerFrame.open(value, schemaHeader));
    }

    /**
     * A record's value as JSON: as it is, but for an answer in Avro.
     *
     * @param schemaHeader its {@link AnswerFrame#SCHEMA_HEADER}; null if it has none
     * @throws UndecodableException if the bytes are Avro, but no answer
     */
    public byte[] json(byte[] value, @Nullable String schemaHeader) {
        byte[] opened = AnswerFrame.open(value, schemaHeader);
        requireFrameless(opened);
        return SingleObject.isMarked(opened) ? writer.write(avroOutcome(opened), AnswerFormat.JSON) : opened;
    }

    private static void requireFrameless(byte[] value) {
        if (ConfluentFormat.isMarked(value)) {
            throw new UndecodableException(
                    ("the answer is in Confluent's wire format with schema id %d, and its record has no header '%s'"
                                    + " that tells the schema")
                            .formatted(ConfluentFormat.schemaId(value), AnswerFrame.SCHEMA_HEADER));
        }
    }

    /**
     * The whole event of an answer in Avro; null for one in JSON, which does not say all of it.
     *
     * @param schemaHeader the record's {@link AnswerFrame#SCHEMA_HEADER}; null if it has none
     * @throws UndecodableException if the bytes are no answer
     */
    public @Nullable Outcome outcome(byte[] value, @Nullable String schemaHeader) {
        byte[] opened = AnswerFrame.open(value, schemaHeader);
        requireFrameless(opened);
        return SingleObject.isMarked(opened) ? avroOutcome(opened) : null;
    }

    private Outcome avroOutcome(byte[] value) {
        try {
            return avro.writer(value).equals(RejectionEvent.getClassSchema().getFullName())
                    ? AvroEvents.read(avro.decode(value, RejectionEvent.class), Dialect.AVRO)
                    : AvroCompletions.read(avro.decode(value, CompletionEvent.class), Dialect.AVRO);
        } catch (InvalidFieldException e) {
            throw new UndecodableException("the answer breaks a rule of this version: " + e.getMessage(), e);
        }
    }

    private Answer avroAnswer(byte[] value) {
        Outcome outcome = avroOutcome(value);
        String json = new String(writer.write(outcome, AnswerFormat.JSON), StandardCharsets.UTF_8);
        return switch (outcome) {
            case Completion completion ->
                new Answer(
                        completion.request().id(),
                        null,
                        completion.usage().promptTokens(),
                        completion.usage().completionTokens(),
                        completion.provenance().weightsDigest(),
                        json);
            case Rejection rejection -> new Answer(rejection.request().id(), rejection.message(), 0, 0, null, json);
        };
    }

    private static Answer jsonAnswer(byte[] value) {
        JsonText text = JsonText.of(value, value.length);
        ObjectNode object;
        try {
            object = text.object();
        } catch (Refusal e) {
            throw new UndecodableException("the answer cannot be read: " + e.sentence(), e);
        }
        boolean isLine = object.has("custom_id");
        JsonNode body = isLine ? object.path("response").path("body") : object;
        String id = text(object.path(isLine ? "custom_id" : "id"), "id");
        // Ours is one line already and must stay as it is, byte for byte.
        String json = text.isOneLine() ? text.toString() : object.toString();
        if (body.path("error").isObject()) {
            return new Answer(id, text(body.path("error").path("message"), "error.message"), 0, 0, null, json);
        }
        if (isLine ? !body.path("choices").isArray() : !body.path("text").isTextual()) {
            throw new UndecodableException("the answer to '" + Refusal.shown(id) + "' has neither a text nor an error");
        }
        JsonNode usage = body.path("usage");
        JsonNode digest = (isLine ? body.path("scriptorium") : body).path("weights_digest");
        return new Answer(
                id,
                null,
                tokens(usage, "prompt_tokens"),
                tokens(usage, "completion_tokens"),
                text(digest, "weights_digest"),
                json);
    }

    private static String text(JsonNode value, String field) {
        if (!value.isTextual()) {
            throw new UndecodableException("the answer's field '%s' is %s, but it must be a string"
                    .formatted(field, JsonText.describe(value)));
        }
        return value.textValue();
    }

    private static long tokens(JsonNode usage, String field) {
        JsonNode value = usage.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw new UndecodableException("the answer's field 'usage.%s' is %s, but it must be a number of tokens"
                    .formatted(field, JsonText.describe(value)));
        }
        return value.longValue();
    }
}
