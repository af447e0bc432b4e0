package dev.scriptorium.checkpoint.weights;

import dev.scriptorium.kernel.PackedMatrix.Kind;
import dev.scriptorium.kernel.PackedMatrix.Line;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one row to what they mean, as ggml's dequantize_row does it for each type; {@link RowEncoder} is the way
 * back.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c">the formulas</a>
 */
public final class RowDecoder {
    private static final int SUPER_COLUMNS = 256;
    private static final int F16_EXPONENT = 0x7c00;
    private static final int BF16_EXPONENT = 0x7f80;

    private RowDecoder() {}

    /** How the kernels know blocks of this type, or null if they are no blocks of four to six bits. */
    static @Nullable Kind kind(WeightType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0 -> null;
            case Q4_0 -> Kind.Q4_0;
            case Q4_1 -> Kind.Q4_1;
            case Q5_0 -> Kind.Q5_0;
            case Q5_1 -> Kind.Q5_1;
            case Q4_K -> Kind.Q4_K;
            case Q5_K -> Kind.Q5_K;
            case Q6_K -> Kind.Q6_K;
        };
    }

    /** All weights of a row in f32: exactly, or for the types with a minimum rounded once. */
    public static float[] floats(WeightType type, byte[] row) {
        ByteBuffer bytes = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
        float[] weights = new float[row.length / type.blockBytes() * type.blockColumns()];
        Kind kind = kind(type);
        if (kind != null) {
            Line line = new Line(kind, weights.length);
            line(type, row, line);
            line.weights(weights);
            return weights;
        }
        switch (type) {
            case F32 -> bytes.asFloatBuffer().get(weights);
            case F16 -> {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = f16(bytes, i * Short.BYTES);
                }
            }
            case BF16 -> {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = Float.intBitsToFloat(bytes.getShort(i * Short.BYTES) << 16);
                }
            }
            default -> {
                for (int at = 0, column = 0; column < weights.length; at += type.blockBytes()) {
                    float scale = f16(bytes, at);
                    for (int i = 0; i < type.blockColumns(); i++) {
                        weights[column++] = row[at + Short.BYTES + i] * scale;
                    }
                }
            }
        }
        return weights;
    }

    /** Whether it is plain without decoding the row that all its weights are finite; if not, they still may be. */
    static boolean isPlainlyFinite(WeightType type, byte[] row) {
        ByteBuffer bytes = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case F16, BF16 -> {
                int exponent = type == WeightType.F16 ? F16_EXPONENT : BF16_EXPONENT;
                boolean finite = true;
                for (int at = 0; at < row.length; at += Short.BYTES) {
                    finite &= (bytes.getShort(at) & exponent) != exponent;
                }
                yield finite;
            }
            case Q4_0, Q5_0, Q8_0 -> {
                boolean finite = true;
                for (int at = 0; at < row.length; at += type.blockBytes()) {
                    finite &= (bytes.getShort(at) & F16_EXPONENT) != F16_EXPONENT;
                }
                yield finite;
            }
            case F32, Q4_1, Q5_1, Q4_K, Q5_K, Q6_K -> false;
        };
    }

    /** Takes a row of blocks of four to six bits apart. */
    static void line(WeightType type, byte[] row, Line into) {
        ByteBuffer bytes = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
        int blocks = row.length / type.blockBytes();
        for (int block = 0; block < blocks; block++) {
            int at = block * type.blockBytes();
            switch (type) {
                case F32, F16, BF16, Q8_0 -> throw new IllegalArgumentException(type + " has no such blocks");
                case Q4_0, Q4_1, Q5_0, Q5_1 -> block(type, bytes, at, block, into);
                case Q4_K -> superBlock(bytes, at, block, false, into);
                case Q5_K -> superBlock(bytes, at, block, true, into);
                case Q6_K -> superBlockOfSixBits(bytes, at, block, into);
            }
        }
    }

    private static float f16(ByteBuffer bytes, int at) {
        return Float.float16ToFloat(bytes.getShort(at));
    }

    /** Scale, minimum, fifth bits, then four bits: column i and column i + 16 share a byte. */
    private static void block(WeightType type, ByteBuffer bytes, int start, int block, Line into) {
        int at = start;
        into.scales[block] = f16(bytes, at);
        at += Short.BYTES;
        if (type == WeightType.Q4_1 || type == WeightType.Q5_1) {
            into.minimums[block] = f16(bytes, at);
            at += Short.BYTES;
        }
        int fifth = 0;
        if (type == WeightType.Q5_0 || type == WeightType.Q5_1) {
            fifth = bytes.getInt(at);
            at += Integer.BYTES;
        }
        int column = block * 32;
        for (int i = 0; i < 16; i++) {
            into.quants[column + i] = (byte) (bytes.get(at + i) & 15 | (fifth >> i & 1) << 4);
            into.quants[column + i + 16] = (byte) (bytes.get(at + i) >> 4 & 15 | (fifth >> i + 16 & 1) << 4);
        }
    }

    /** Q4_K and Q5_K: two f16, twelve bytes with eight scales and minimums of 6 bits, fifth bits, four bits. */
    private static void superBlock(ByteBuffer bytes, int start, int block, boolean hasFifthBits, Line into) {
        into.scales[block] = f16(bytes, start);
        into.minimums[block] = f16(bytes, start + 2);
        int packed = start + 4;
        for (int i = 0; i < 8; i++) {
            into.blockScales[block * 8 + i] = (byte) scaleOf(bytes, packed, i);
            into.blockMinimums[block * 8 + i] = (byte) minimumOf(bytes, packed, i);
        }
        int fifth = packed + 12;
        int low = hasFifthBits ? fifth + 32 : fifth;
        for (int i = 0; i < 128; i++) {
            int pair = i / 32; // 64 columns: the first 32 in the lower halves, the others in the upper ones
            int column = block * SUPER_COLUMNS + pair * 64 + i % 32;
            int bits = hasFifthBits ? bytes.get(fifth + i % 32) >> 2 * pair : 0;
            into.quants[column] = (byte) (bytes.get(low + i) & 15 | (bits & 1) << 4);
            into.quants[column + 32] = (byte) (bytes.get(low + i) >> 4 & 15 | (bits >> 1 & 1) << 4);
        }
    }

    /** The first four scales stand in six bits of the first bytes, the last four are put together of two pieces. */
    private static int scaleOf(ByteBuffer bytes, int at, int i) {
        return i < 4 ? bytes.get(at + i) & 63 : bytes.get(at + i + 4) & 15 | (bytes.get(at + i - 4) >> 6 & 3) << 4;
    }

    private static int minimumOf(ByteBuffer bytes, int at, int i) {
        return i < 4 ? bytes.get(at + i + 4) & 63 : bytes.get(at + i + 4) >> 4 & 15 | (bytes.get(at + i) >> 6 & 3) << 4;
    }

    /** Q6_K: 128 bytes with the lower four bits, 64 with the upper two, 16 int8 scales, then the f16. */
    private static void superBlockOfSixBits(ByteBuffer bytes, int start, int block, Line into) {
        int high = start + 128;
        int scales = high + 64;
        into.scales[block] = f16(bytes, scales + 16);
        for (int i = 0; i < 16; i++) {
            into.blockScales[block * 16 + i] = bytes.get(scales + i);
        }
        for (int column = 0; column < SUPER_COLUMNS; column++) {
            int half = column / 128;
            int quarter = column % 128 / 32;
            int i = column % 32;
            int four = bytes.get(start + half * 64 + quarter % 2 * 32 + i) >> quarter / 2 * 4 & 15;
            int two = bytes.get(high + half * 32 + i) >> quarter * 2 & 3;
            into.quants[block * SUPER_COLUMNS + column] = (byte) (four | two << 4);
        }
    }
}
