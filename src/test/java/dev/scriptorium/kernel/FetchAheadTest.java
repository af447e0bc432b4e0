package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Weights are fetched ahead by stores of no lanes, up to the last weight and past it. */
class FetchAheadTest {
    private static final int ROWS = 64;
    private static final int COLUMNS = 96;
    private static final int TOKENS = 8;

    /** Has the registers that fetch ahead. */
    private final Kernels kernels = new VectorKernels(512);

    private final float[] x = Matrices.activations(TOKENS, COLUMNS, 2);

    @Test
    void productWritesNothingToQuants() {
        // Given
        Q8Matrix matrix = (Q8Matrix) Matrices.q8(ROWS, COLUMNS, 1);
        byte[] before = matrix.weights.bytes().clone();

        // When
        float[] y = Matrices.product(kernels, matrix, x, TOKENS, 1);

        // Then
        assertThat(y[0]).isNotZero().isNotNaN();
        assertThat(matrix.weights.bytes()).isEqualTo(before);
    }

    @Test
    void productWritesNothingToBfloat16() {
        // Given
        Bf16Matrix matrix = (Bf16Matrix) Matrices.bf16(ROWS, COLUMNS, 1);
        short[] before = matrix.weights.shorts().clone();

        // When
        float[] y = Matrices.product(kernels, matrix, x, TOKENS, 1);

        // Then
        assertThat(y[0]).isNotZero().isNotNaN();
        assertThat(matrix.weights.shorts()).isEqualTo(before);
    }
}
