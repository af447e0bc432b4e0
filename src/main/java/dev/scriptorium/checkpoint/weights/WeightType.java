package dev.scriptorium.checkpoint.weights;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How weights may be written, under the names that ggml gives them. All numbers are little-endian; a block holds some
 * columns of one row.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">the blocks</a>
 */
public enum WeightType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    /** An f16 scale and 32 quants of 4 bits, less 8. */
    Q4_0(2, 32, 18),
    /** An f16 scale, an f16 minimum and 32 quants of 4 bits. */
    Q4_1(3, 32, 20),
    /** An f16 scale and 32 quants of 5 bits, less 16. */
    Q5_0(6, 32, 22),
    /** An f16 scale, an f16 minimum and 32 quants of 5 bits. */
    Q5_1(7, 32, 24),
    /** An f16 scale and 32 int8 quants. */
    Q8_0(8, 32, 34),
    /** Eight blocks of 32 quants of 4 bits, each with a scale and a minimum of 6 bits, under two f16. */
    Q4_K(12, 256, 144),
    /** Eight blocks of 32 quants of 5 bits, each with a scale and a minimum of 6 bits, under two f16. */
    Q5_K(13, 256, 176),
    /** Sixteen blocks of 16 quants of 6 bits, less 32, each with an int8 scale, under one f16. */
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    /** All names for messages. */
    public static final String NAMES =
            Arrays.stream(values()).map(WeightType::name).collect(Collectors.joining(", "));

    private final int ggmlId;
    private final int blockColumns;
    private final int blockBytes;

    WeightType(int ggmlId, int blockColumns, int blockBytes) {
        this.ggmlId = ggmlId;
        this.blockColumns = blockColumns;
        this.blockBytes = blockBytes;
    }

    /** The type of this number in a GGUF file, or null if weights of it are not read. */
    public static @Nullable WeightType ofGgml(int id) {
        for (WeightType type : values()) {
            if (type.ggmlId == id) {
                return type;
            }
        }
        return null;
    }

    /** The type of this name, in capitals or not, or null. */
    public static @Nullable WeightType named(String name) {
        for (WeightType type : values()) {
            if (type.name().equalsIgnoreCase(name)) {
                return type;
            }
        }
        return null;
    }

    public int ggmlId() {
        return ggmlId;
    }

    /** Columns of one block; rows are a multiple of it. */
    public int blockColumns() {
        return blockColumns;
    }

    public int blockBytes() {
        return blockBytes;
    }

    /** Bytes of one row. */
    public long rowBytes(long columns) {
        return columns / blockColumns * blockBytes;
    }

    /** Whether a row of so many columns is whole blocks. */
    public boolean fits(long columns) {
        return columns % blockColumns == 0;
    }

    public boolean isQuantised() {
        return blockColumns > 1;
    }

    /** As commands and configuration spell it: q8_0. */
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }
}
