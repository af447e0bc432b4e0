package dev.scriptorium.wire.confluent;

import dev.scriptorium.wire.confluent.WriterSchemas.Lookup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;

/**
 * Takes values out of Confluent's wire format. Avro is resolved from its writer's schema to today's and written again
 * in single-object encoding, which needs no registry; JSON stays as it is.
 */
public final class ConfluentFormat {
    private static final int HEADER_BYTES = 5;

    private final WriterSchemas schemas;
    private final BinaryMessageEncoder<GenericRecord> encoder =
            new BinaryMessageEncoder<>(new GenericData(), WriterSchema.PROMPT);

    public ConfluentFormat(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    /** What a value turned out to be. */
    public sealed interface Unwrapped {
        /** As if it had been sent without a registry. */
        record Value(byte[] value) implements Unwrapped {}

        /** @param reason a full sentence */
        record Wrong(String reason) implements Unwrapped {}

        /** Nobody can tell yet. @param reason a full sentence */
        record Waiting(String reason) implements Unwrapped {}
    }

    /** Whether bytes are in this format; neither JSON nor single-object encoding begins with a zero. */
    public static boolean isMarked(byte[] value) {
        return value.length >= HEADER_BYTES && value[0] == 0;
    }

    /** The id of the schema that wrote a marked value. */
    public static int schemaId(byte[] value) {
        return ByteBuffer.wrap(value, 1, Integer.BYTES).getInt();
    }

    /** @param value a marked one */
    public Unwrapped unwrap(byte[] value) {
        int id = schemaId(value);
        return switch (schemas.find(id)) {
            case Lookup.Known(var schema) ->
                switch (schema) {
                    case WriterSchema.Json() ->
                        new Unwrapped.Value(Arrays.copyOfRange(value, HEADER_BYTES, value.length));
                    case WriterSchema.Avro avro -> resolve(value, id, avro);
                    case WriterSchema.Text() ->
                        new Unwrapped.Wrong(said(
                                id,
                                "it is of a string, but only a %s belongs here"
                                        .formatted(WriterSchema.PROMPT.getFullName())));
                };
            case Lookup.Unknown(var reason) -> new Unwrapped.Wrong(said(id, reason));
            case Lookup.Pending(var reason) -> new Unwrapped.Waiting(said(id, reason));
        };
    }

    /** A record's key, if its schema is Avro's string: the text as UTF-8. @param key a marked one */
    public Unwrapped text(byte[] key) {
        int id = schemaId(key);
        return switch (schemas.find(id)) {
            case Lookup.Known(var schema) ->
                switch (schema) {
                    case WriterSchema.Text() -> text(key, id);
                    case WriterSchema.Json _, WriterSchema.Avro _ ->
                        new Unwrapped.Wrong(said(id, "but a key's must be Avro's string"));
                };
            case Lookup.Unknown(var reason) -> new Unwrapped.Wrong(said(id, reason));
            case Lookup.Pending(var reason) -> new Unwrapped.Waiting(said(id, reason));
        };
    }

    /** Allocates what is there, not what the length in front of it claims. */
    private static Unwrapped text(byte[] key, int id) {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(key, HEADER_BYTES, key.length - HEADER_BYTES, null);
        try {
            long length = decoder.readLong();
            byte[] rest = decoder.inputStream().readAllBytes();
            return rest.length == length
                    ? new Unwrapped.Value(rest)
                    : new Unwrapped.Wrong(
                            said(id, "but %d bytes of text follow, not %d".formatted(rest.length, length)));
        } catch (IOException e) {
            return new Unwrapped.Wrong(said(id, "but the bytes do not hold a whole string"));
        }
    }

    private Unwrapped resolve(byte[] value, int id, WriterSchema.Avro schema) {
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, null);
        try {
            GenericRecord record = schema.reader().read(null, decoder);
            if (!decoder.isEnd()) {
                return new Unwrapped.Wrong(said(id, "but the bytes go on after the end of what it describes"));
            }
            ByteBuffer bytes = encoder.encode(record);
            byte[] single = new byte[bytes.remaining()];
            bytes.get(single);
            return new Unwrapped.Value(single);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // Avro documents no list of what damaged bytes may throw; a schema that holds itself may go deep.
            String why = e.getMessage() == null ? "they end too early or go too deep" : e.getMessage();
            return new Unwrapped.Wrong(said(id, "but the bytes do not hold a whole record of it: " + why));
        }
    }

    private static String said(int id, String reason) {
        return "the value is in Confluent's wire format with schema id %d, and %s"
                .formatted(id, reason)
                .replace(", and but ", ", but ");
    }
}
