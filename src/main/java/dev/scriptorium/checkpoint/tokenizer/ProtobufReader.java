package dev.scriptorium.checkpoint.tokenizer;

import dev.scriptorium.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message of Protocol Buffers field by field; unknown fields are skipped, and nothing is read beyond its end.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int INT64 = 1;
    private static final int BYTES = 2;
    private static final int INT32 = 5;
    private static final int VARINT_BITS_MAX = 64;

    private final String label;
    private final ByteBuffer bytes;
    private int field;
    private int wireType;
    private boolean unread; // whether the value of the field is still to come

    /** @param label what to call the message in an error: file and field */
    ProtobufReader(String label, byte[] bytes) {
        this(label, ByteBuffer.wrap(bytes));
    }

    private ProtobufReader(String label, ByteBuffer bytes) {
        this.label = label;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    CheckpointException refuse(String why) {
        return new CheckpointException(label + ": " + why);
    }

    /** Goes on to the next field, past a value that nobody read; false at the end of the message. */
    boolean next() {
        if (unread) {
            skip();
        }
        if (!bytes.hasRemaining()) {
            return false;
        }
        long tag = varint("a tag");
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 3 > Integer.MAX_VALUE) {
            throw refuse("has the field number " + (tag >>> 3) + " at byte " + bytes.position()
                    + ", which no message of Protocol Buffers has");
        }
        unread = true;
        return true;
    }

    /** Number of the field that {@link #next} came to. */
    int field() {
        return field;
    }

    long number() {
        require(VARINT, "a number");
        return varint("field " + field);
    }

    /** A number that is a truth value. */
    boolean truth() {
        return number() != 0;
    }

    float float32() {
        require(INT32, "a 32-bit float");
        return take(Float.BYTES).getFloat();
    }

    /** How many bytes a field of bytes has; they are skipped. */
    int length() {
        require(BYTES, "bytes");
        return takeSized().remaining();
    }

    String text() {
        require(BYTES, "text");
        ByteBuffer utf8 = takeSized();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(label + ": field " + field + " is not UTF-8", e);
        }
    }

    /** @param name what to call it in an error */
    ProtobufReader message(String name) {
        require(BYTES, "a message");
        return new ProtobufReader(label + ": " + name, takeSized());
    }

    private void require(int expected, String what) {
        if (wireType != expected) {
            throw refuse("field " + field + " has wire type " + wireType + ", but it is " + what + ", of wire type "
                    + expected);
        }
        unread = false;
    }

    private void skip() {
        unread = false;
        switch (wireType) {
            case VARINT -> varint("field " + field);
            case INT64 -> take(Long.BYTES);
            case BYTES -> takeSized();
            case INT32 -> take(Integer.BYTES);
            default ->
                throw refuse("field " + field + " has wire type " + wireType + " at byte " + bytes.position()
                        + ", but only 0, 1, 2 and 5 are in use");
        }
    }

    private ByteBuffer takeSized() {
        return take(varint("the length of field " + field));
    }

    private ByteBuffer take(long count) {
        if (count < 0 || count > bytes.remaining()) {
            throw refuse("field " + field + " has " + Long.toUnsignedString(count) + " bytes, but only "
                    + bytes.remaining() + " are left; it was cut off");
        }
        ByteBuffer taken = bytes.slice(bytes.position(), (int) count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + (int) count);
        return taken;
    }

    private long varint(String what) {
        long value = 0;
        for (int shift = 0; shift < VARINT_BITS_MAX && bytes.hasRemaining(); shift += 7) {
            byte part = bytes.get();
            value |= (long) (part & 0x7F) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw refuse(what + " is a number that does not end");
    }
}
