package dev.scriptorium.kernel;

import dev.scriptorium.Seeds;
import java.util.Arrays;
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
        Stream<Matrix> packed = Arrays.stream(PackedMatrix.Kind.values())
                .filter(kind -> columns % kind.superColumns() == 0)
                .map(kind -> packed(kind, rows, columns, seed));
        return Stream.of(plain, Stream.of(f16(rows, columns, seed)), quantised, packed)
                .<Matrix>flatMap(matrices -> matrices)
                .toList();
    }

    static Matrix f16(int rows, int columns, long seed) {
        float[] values = Seeds.floats(rows * columns, seed);
        return F16Matrix.pack(rows, columns, (row, into) -> {
            for (int k = 0; k < columns; k++) {
                into[k] = Float.floatToFloat16(values[row * columns + k]);
            }
        });
    }

    /** Quants over their whole range, scales of both signs. */
    static Matrix packed(PackedMatrix.Kind kind, int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return PackedMatrix.pack(kind, rows, columns, (row, line) -> {
            for (int k = 0; k < columns; k++) {
                line.quants[k] = (byte) random.nextInt(quantsOf(kind));
            }
            for (int i = 0; i < line.scales.length; i++) {
                line.scales[i] = half(random);
            }
            for (int i = 0; i < line.minimums.length; i++) {
                line.minimums[i] = half(random);
            }
            for (int i = 0; i < line.blockScales.length; i++) {
                line.blockScales[i] = (byte) random.nextInt(kind == PackedMatrix.Kind.Q6_K ? -128 : 0, 64);
            }
            for (int i = 0; i < line.blockMinimums.length; i++) {
                line.blockMinimums[i] = (byte) random.nextInt(64);
            }
        });
    }

    private static int quantsOf(PackedMatrix.Kind kind) {
        return switch (kind) {
            case Q4_0, Q4_1, Q4_K -> 16;
            case Q5_0, Q5_1, Q5_K -> 32;
            case Q6_K -> 64;
        };
    }

    private static float half(SplittableRandom random) {
        return Float.float16ToFloat(Float.floatToFloat16((float) random.nextDouble(-0.02, 0.02)));
    }

    static Matrix f32(int rows, int columns, long seed) {
        float[] values = Seeds.floats(rows * columns, seed);
        return F32Matrix.pack(rows, columns, (row, into) -> System.arraycopy(values, row * columns, into, 0, columns));
    }

    static Matrix bf16(int rows, int columns, long seed) {
        float[] values = Seeds.floats(rows * columns, seed);
        return Bf16Matrix.pack(rows, columns, (row, into) -> {
            for (int k = 0; k < columns; k++) {
                into[k] = (short) (Float.floatToRawIntBits(values[row * columns + k]) >>> 16);
            }
        });
    }

    static Matrix q8(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Q8Matrix.pack(rows, columns, (row, quants, scales) -> {
            random.nextBytes(quants);
            for (int block = 0; block < scales.length; block++) {
                scales[block] = Float.floatToFloat16((float) random.nextDouble(-0.001, 0.02));
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

    /** What the kernels make of (tokens, stride(columns)), in so many calls; NaN where they write nothing. */
    static float[] product(Kernels kernels, Matrix matrix, float[] x, int tokens, int parts) {
        float[] y = new float[tokens * Kernels.stride(matrix.rows())];
        Arrays.fill(y, Float.NaN);
        PackedRows packed = new PackedRows();
        kernels.shape(packed, tokens, matrix.columns(), PackedRows.Form.of(Stream.of(matrix)));
        packed.fill(x, 0, matrix.columns());
        for (int part = 0; part < parts; part++) {
            int panel = Kernels.share(Kernels.panels(matrix.rows()), part, parts);
            int endPanel = Kernels.share(Kernels.panels(matrix.rows()), part + 1, parts);
            kernels.product(matrix, panel, endPanel, packed, y, new Kernels.Scratch());
        }
        return y;
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
