package dev.scriptorium.wire;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.wire.avro.FinishReasonName;
import dev.scriptorium.wire.avro.TokenChunkEvent;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.AnswerSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The tokens topic: Avro of {@code schemas/token-chunk.avsc} for prompts that came as Avro, and for all others one JSON
 * object, {@code {"id": "17", "job": "stories", "choice": 0, "index": 3, "tokens": 4, "text": " upon a",
 * "finish_reason": null}}. Equal pieces give equal bytes.
 */
public final class ChunkFormat {
    /** Headers of every piece, in the names that LangStream gave them. */
    public static final String STREAM_ID_HEADER = "stream-id";

    public static final String STREAM_INDEX_HEADER = "stream-index";
    public static final String STREAM_LAST_HEADER = "stream-last-message";

    private final JsonFactory json = new JsonFactory();
    private final SingleObject avro = SingleObject.ofAllReleased();
    private final AnswerFrame frame;

    public ChunkFormat() {
        this(AnswerFrame.NONE);
    }

    /** @param frame of what is written in Avro */
    public ChunkFormat(AnswerFrame frame) {
        this.frame = frame;
    }

    /** A whole record value. */
    public byte[] write(TokenChunk chunk) {
        return switch (chunk.dialect()) {
            case AVRO -> frame.close(AnswerSchema.PIECE, avro.encode(event(chunk)));
            case PLAIN, OPENAI_CHAT, OPENAI_COMPLETIONS -> json(chunk);
        };
    }

    /** {@code application/json} or {@code avro/binary}. */
    public String contentType(TokenChunk chunk) {
        return chunk.dialect() == Dialect.AVRO ? "avro/binary" : "application/json";
    }

    /** The {@link AnswerFrame#SCHEMA_HEADER} beside it; null if there is none. */
    public @Nullable String schemaHeader(TokenChunk chunk) {
        return chunk.dialect() == Dialect.AVRO ? frame.header(AnswerSchema.PIECE) : null;
    }

    /**
     * The opposite of {@link #write}; JSON comes back as of a plain prompt.
     *
     * @param schemaHeader the record's {@link AnswerFrame#SCHEMA_HEADER}; null if it has none
     * @throws UndecodableException if the bytes are no piece of a text
     */
    public TokenChunk read(byte[] framed, @Nullable String schemaHeader) {
        byte[] value = AnswerFrame.open(framed, schemaHeader);
        try {
            return SingleObject.isMarked(value)
                    ? chunk(avro.decode(value, TokenChunkEvent.class))
                    : chunk(JsonText.of(value, value.length).object());
        } catch (Refusal e) {
            throw new UndecodableException("the piece of a text cannot be read: " + e.sentence(), e);
        } catch (InvalidFieldException | IllegalArgumentException e) {
            throw new UndecodableException("the piece of a text breaks a rule: " + e.getMessage(), e);
        }
    }

    private byte[] json(TokenChunk chunk) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = json.createGenerator(bytes, JsonEncoding.UTF8)) {
            out.writeStartObject();
            out.writeStringField("id", chunk.request().id());
            out.writeStringField("job", chunk.request().job());
            out.writeNumberField("choice", chunk.choice());
            out.writeNumberField("index", chunk.index());
            out.writeNumberField("tokens", chunk.tokens());
            out.writeStringField("text", chunk.text());
            FinishReason reason = chunk.finishReason();
            out.writeStringField(
                    "finish_reason", reason == null ? null : reason.name().toLowerCase(Locale.ROOT));
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("JSON could not be written to memory", e);
        }
        return bytes.toByteArray();
    }

    private static TokenChunk chunk(ObjectNode object) {
        JsonNode reason = object.path("finish_reason");
        return new TokenChunk(
                new RequestId(text(object, "job"), text(object, "id")),
                Dialect.PLAIN,
                number(object, "choice"),
                number(object, "index"),
                number(object, "tokens"),
                text(object, "text"),
                reason.isTextual() ? FinishReason.valueOf(reason.textValue().toUpperCase(Locale.ROOT)) : null);
    }

    private static String text(ObjectNode object, String name) {
        return JsonText.text(name, object.path(name));
    }

    private static int number(ObjectNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isInt()) {
            throw Refusal.invalid(name, JsonText.describe(value), "must be a whole number");
        }
        return value.intValue();
    }

    private static TokenChunkEvent event(TokenChunk chunk) {
        FinishReason reason = chunk.finishReason();
        return TokenChunkEvent.newBuilder()
                .setId(chunk.request().id())
                .setJob(chunk.request().job())
                .setChoice(chunk.choice())
                .setIndex(chunk.index())
                .setTokens(chunk.tokens())
                .setText(chunk.text())
                .setFinishReason(reason == null ? null : AvroCompletions.write(reason))
                .build();
    }

    private static TokenChunk chunk(TokenChunkEvent event) {
        @Nullable FinishReasonName reason = event.getFinishReason();
        return new TokenChunk(
                new RequestId(event.getJob(), event.getId()),
                Dialect.AVRO,
                event.getChoice(),
                event.getIndex(),
                event.getTokens(),
                event.getText(),
                reason == null ? null : AvroCompletions.read(reason));
    }
}
