package dev.scriptorium.checkpoint.weights;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.MappedFile;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One tensor of a file, where it lies there.
 *
 * @param file that holds it
 * @param typeName how its elements are written, as the format calls it
 * @param shape sizes, the slowest dimension first: (rows, columns) or (columns)
 * @param bytes exactly as many as type and shape say
 */
public record Tensor(MappedFile file, String name, String typeName, List<Long> shape, MemorySegment bytes) {
    /** How weights may be written. All numbers are little-endian. */
    public enum Type {
        F32(1, Float.BYTES),
        F16(1, Short.BYTES),
        BF16(1, Short.BYTES),
        /** Blocks of an f16 scale and 32 int8 quants. */
        Q8_0(32, Short.BYTES + 32);

        public final int blockColumns;
        public final int blockBytes;

        Type(int blockColumns, int blockBytes) {
            this.blockColumns = blockColumns;
            this.blockBytes = blockBytes;
        }
    }

    /**
     * The type of a tensor that is to be weights.
     *
     * @throws CheckpointException if it cannot be that
     */
    public Type type() {
        return switch (typeName) {
            case "F32" -> Type.F32;
            case "F16" -> Type.F16;
            case "BF16" -> Type.BF16;
            case "Q8_0" -> Type.Q8_0;
            default -> throw refuse("is of type " + typeName + "; weights are read in F32, F16, BF16 and Q8_0");
        };
    }

    /**
     * Bytes of a tensor of this shape, or -1 if no file can hold so many.
     *
     * @param blockColumns elements of a block
     * @param blockBytes bytes of a block
     */
    public static long byteSize(List<Long> shape, long blockColumns, long blockBytes) {
        try {
            long elements = 1;
            for (long size : shape) {
                if (size < 0) {
                    return -1;
                }
                elements = Math.multiplyExact(elements, size);
            }
            return elements % blockColumns == 0 ? Math.multiplyExact(elements / blockColumns, blockBytes) : -1;
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    public CheckpointException refuse(String why) {
        return file.refuse("tensor '" + name + "' " + why);
    }
}
