package dev.scriptorium.wire.confluent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts answers in Confluent's wire format: a zero byte, the id that a registry gave to the schema, the body. The body
 * is the one of single-object encoding, whose ten bytes before it are replaced.
 *
 * <p>Beside the value goes the header {@link #SCHEMA_HEADER}, which names the schema as single-object encoding does. So
 * our own readers put the ten bytes back and need no registry.
 */
public final class AnswerFrame {
    /** The CRC-64 fingerprint of the schema that wrote a value in this format, as 16 hex digits. */
    public static final String SCHEMA_HEADER = "scriptorium-schema";

    /** Leaves values as they are. */
    public static final AnswerFrame NONE = new AnswerFrame(Map.of());

    private static final int SINGLE_HEADER_BYTES = 10;
    private static final int HEADER_BYTES = 5;
    private static final short SINGLE_MARKER = (short) 0xc301;
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");

    private final Map<AnswerSchema, Integer> ids;

    /** @param ids as the registry gave them: all of them, or none if values stay as they are */
    public AnswerFrame(Map<AnswerSchema, Integer> ids) {
        if (!ids.isEmpty() && ids.size() != AnswerSchema.values().length) {
            throw new IllegalArgumentException("the registry's ids are for " + ids.keySet() + " only");
        }
        this.ids = ids.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(ids));
    }

    /** @param single in single-object encoding of that schema */
    public byte[] close(AnswerSchema schema, byte[] single) {
        Integer id = ids.get(schema);
        if (id == null) {
            return single;
        }
        int bodyBytes = single.length - SINGLE_HEADER_BYTES;
        return ByteBuffer.allocate(HEADER_BYTES + bodyBytes)
                .put((byte) 0)
                .putInt(id)
                .put(single, SINGLE_HEADER_BYTES, bodyBytes)
                .array();
    }

    /** What goes into {@link #SCHEMA_HEADER} beside such a value; null if it stays as it is. */
    public @Nullable String header(AnswerSchema schema) {
        return ids.isEmpty() ? null : schema.fingerprint();
    }

    /**
     * The opposite of {@link #close}: in single-object encoding again. Values of any other kind, and those without a
     * header of ours, come back as they are.
     *
     * @param header what {@link #SCHEMA_HEADER} says
     */
    public static byte[] open(byte[] value, @Nullable String header) {
        if (header == null
                || !ConfluentFormat.isMarked(value)
                || !FINGERPRINT.matcher(header).matches()) {
            return value;
        }
        int bodyBytes = value.length - HEADER_BYTES;
        return ByteBuffer.allocate(SINGLE_HEADER_BYTES + bodyBytes)
                .putShort(SINGLE_MARKER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Long.parseUnsignedLong(header, 16))
                .put(value, HEADER_BYTES, bodyBytes)
                .array();
    }
}
