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
    /**
     * The type of a tensor that is to be weights.
     *
     * @throws CheckpointException if it cannot be that
     */
    public WeightType type() {
        WeightType type = WeightType.named(typeName);
        if (type == null) {
            throw refuse("is of type " + typeName + "; weights are read in " + WeightType.NAMES);
        }
        return type;
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
