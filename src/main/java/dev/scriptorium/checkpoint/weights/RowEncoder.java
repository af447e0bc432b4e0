package dev.scriptorium.checkpoint.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of f32 to the bytes of a type, rounded as ggml's reference quantisers round (quantize_row_q8_0_ref and its
 * like), so that a file made here and one made by llama-quantize are the same bytes.
 *
 * <p>K-quants are searched for by a procedure of their own and are read only.
 */
public final class RowEncoder {
    /** What rows can be written in. */
    public static final Set<WeightType> TYPES = Set.copyOf(EnumSet.of(
            WeightType.F32, WeightType.F16, WeightType.BF16, WeightType.Q8_0, WeightType.Q4_0, WeightType.Q4_1));

    private RowEncoder() {}

    /** The names of {@link #TYPES} for messages and help, the widest first. */
    public static String spellings() {
        return Arrays.stream(WeightType.values())
                .filter(TYPES::contains)
                .map(WeightType::spelling)
                .sorted((a, b) -> Boolean.compare(a.startsWith("q"), b.startsWith("q")))
                .collect(Collectors.joining(", "));
    }

    /**
     * The bytes of one row.
     *
     * @throws IllegalArgumentException if the type cannot be written, or the row is not whole blocks of it
     */
    public static byte[] encode(WeightType type, float[] row) {
        if (!TYPES.contains(type) || !type.fits(row.length)) {
            throw new IllegalArgumentException("a row of " + row.length + " columns cannot be written as " + type);
        }
        ByteBuffer into = ByteBuffer.allocate((int) type.rowBytes(row.length)).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case F32 -> into.asFloatBuffer().put(row);
            case F16 -> {
                for (float weight : row) {
                    into.putShort(Float.floatToFloat16(weight));
                }
            }
            case BF16 -> {
                for (float weight : row) {
                    into.putShort(bf16(weight));
                }
            }
            default -> {
                for (int at = 0; at < row.length; at += type.blockColumns()) {
                    encodeBlock(type, row, at, into);
                }
            }
        }
        return into.array();
    }

    /** The nearest bfloat16, ties to even. */
    public static short bf16(float weight) {
        int bits = Float.floatToRawIntBits(weight);
        if (Float.isNaN(weight)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private static void encodeBlock(WeightType type, float[] row, int at, ByteBuffer into) {
        switch (type) {
            case Q8_0 -> q8(row, at, into);
            case Q4_0 -> q4(row, at, into);
            case Q4_1 -> q4WithMinimum(row, at, into);
            default -> throw new IllegalArgumentException(type + " has no blocks that are written here");
        }
    }

    /** The largest magnitude becomes 127. */
    private static void q8(float[] row, int at, ByteBuffer into) {
        float most = 0f;
        for (int i = at; i < at + 32; i++) {
            most = Math.max(most, Math.abs(row[i]));
        }
        float scale = most / 127f;
        float inverse = scale == 0f ? 0f : 1f / scale;
        into.putShort(Float.floatToFloat16(scale));
        for (int i = at; i < at + 32; i++) {
            into.put((byte) nearest(row[i] * inverse));
        }
    }

    /** Halves away from zero, as C's roundf; the sum in double is exact. */
    private static int nearest(float value) {
        return (int) (value + (value < 0 ? -0.5 : 0.5));
    }

    /** The weight of the largest magnitude becomes -8. */
    private static void q4(float[] row, int at, ByteBuffer into) {
        float most = 0f;
        float extreme = 0f;
        for (int i = at; i < at + 32; i++) {
            if (Math.abs(row[i]) > most) {
                most = Math.abs(row[i]);
                extreme = row[i];
            }
        }
        float scale = extreme / -8f;
        float inverse = scale == 0f ? 0f : 1f / scale;
        into.putShort(Float.floatToFloat16(scale));
        for (int i = at; i < at + 16; i++) {
            int low = Math.min(15, (int) (row[i] * inverse + 8.5f));
            int high = Math.min(15, (int) (row[i + 16] * inverse + 8.5f));
            into.put((byte) (low | high << 4));
        }
    }

    /** From the smallest weight, 0, to the largest, 15. */
    private static void q4WithMinimum(float[] row, int at, ByteBuffer into) {
        float least = Float.MAX_VALUE;
        float most = -Float.MAX_VALUE;
        for (int i = at; i < at + 32; i++) {
            least = Math.min(least, row[i]);
            most = Math.max(most, row[i]);
        }
        float scale = (most - least) / 15f;
        float inverse = scale == 0f ? 0f : 1f / scale;
        into.putShort(Float.floatToFloat16(scale)).putShort(Float.floatToFloat16(least));
        for (int i = at; i < at + 16; i++) {
            int low = Math.min(15, (int) ((row[i] - least) * inverse + 0.5f));
            int high = Math.min(15, (int) ((row[i + 16] - least) * inverse + 0.5f));
            into.put((byte) (low | high << 4));
        }
    }
}
