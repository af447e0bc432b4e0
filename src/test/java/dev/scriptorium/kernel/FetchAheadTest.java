package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Weights are fetched ahead by stores of no lanes. */
class FetchAheadTest {
    private static final int ROWS = 64;
    private static final int COLUMNS = 96;
    private static final int TOKENS = 8;

    private final Random random = new Random(20261129);

    @Test
    void productWritesNothingToQuants() {
        // Given
        Q8Matrix matrix = (Q8Matrix) Q8Matrix.pack(ROWS, COLUMNS, (row, quants, scales) -> {
            random.nextBytes(quants);
            Arrays.fill(scales, Float.floatToFloat16(0.01f));
        });
        byte[] before = matrix.weights.bytes().clone();

        // When
        multiply(matrix);

        // Then
        assertThat(matrix.weights.bytes()).isEqualTo(before);
    }

    @Test
    void productWritesNothingToBfloat16() {
        // Given
        Bf16Matrix matrix = (Bf16Matrix) Bf16Matrix.pack(ROWS, COLUMNS, (row, weights) -> {
            for (int k = 0; k < weights.length; k++) {
                weights[k] = (short) (0x3c00 + random.nextInt(256));
            }
        });
        short[] before = matrix.weights.shorts().clone();

        // When
        multiply(matrix);

        // Then
        assertThat(matrix.weights.shorts()).isEqualTo(before);
    }

    /** With the registers that fetch ahead, up to the last weight and past it. */
    private void multiply(Matrix matrix) {
        Kernels kernels = new VectorKernels(512);
        PackedRows x = new PackedRows();
        kernels.shape(x, TOKENS, COLUMNS, PackedRows.Form.of(Stream.of(matrix)));
        float[] values = new float[TOKENS * Kernels.stride(COLUMNS)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        x.fill(values, 0, COLUMNS);
        float[] y = new float[TOKENS * Kernels.stride(ROWS)];
        kernels.product(matrix, 0, Kernels.panels(ROWS), x, y, new Kernels.Scratch());
        assertThat(y[0]).isNotZero();
    }
}
