package dev.scriptorium.kernel;

import dev.scriptorium.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Random matrices of every kind, and the kernels to compare. */
final class Matrices {
    static final List<Kernels> VECTOR_KERNELS =
            Stream.of(128, 256, 512).<Kernels>map(VectorKernels::new).toList();

    private Matrices() {}

    /** One of each kind that the columns allow. */
    static List<Matrix> ofEveryKind(int rows, int columns, long seed) {
        Stream<Matrix> plain = Stream.of(f32(rows, columns, seed), bf16(rows, columns, seed));
        Stream<Matrix> quantised =
                columns % Q8Matrix.BLOCK_COLUMNS == 0 ? Stream.of(q8(rows, columns, seed)) : Stream.empty();
        return Stream.concat(plain, quantised).toList();
    }

    static F32Matrix f32(int rows, int columns, long seed) {
        float[] values = Seeds.floats(rows * columns, seed);
        return F32Matrix.pack(rows, columns, (row, into) -> System.arraycopy(values, row * columns, into, 0, columns));
    }

    static Bf16Matrix bf16(int rows, int columns, long seed) {
        float[] values = Seeds.floats(rows * columns, seed);
        return Bf16Matrix.pack(rows, columns, (row, into) -> {
            for (int k = 0; k < columns; k++) {
                into[k] = (short) (Float.floatToRawIntBits(values[row * columns + k]) >>> 16);
            }
        });
    }

    static Q8Matrix q8(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Q8Matrix.pack(rows, columns, (row, quants, scales) -> {
            random.nextBytes(quants);
            for (int block = 0; block < scales.length; block++) {
                scales[block] = (float) random.nextDouble(0.001, 0.02);
            }
        });
    }

    /** (tokens, stride(size)), with padding that no kernel may take for a number. */
    static float[] activations(int tokens, int size, long seed) {
        int stride = Kernels.stride(size);
        float[] values = Seeds.floats(tokens * stride, seed);
        for (int token = 0; token < tokens; token++) {
            for (int i = size; i < stride; i++) {
                values[token * stride + i] = Float.NaN;
            }
        }
        return values;
    }

    /** The rows without their padding, as bits: NaN equals itself, and +0 is not -0. */
    static int[] bits(float[] rows, int tokens, int size) {
        int stride = Kernels.stride(size);
        int[] bits = new int[tokens * size];
        for (int token = 0; token < tokens; token++) {
            for (int i = 0; i < size; i++) {
                bits[token * size + i] = Float.floatToRawIntBits(rows[token * stride + i]);
            }
        }
        return bits;
    }
}
