package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MatrixTest {
    @Test
    void givesBackTheRowsItWasPackedFrom() {
        // Given
        Matrix matrix = F32Matrix.pack(33, 5, (row, into) -> {
            for (int k = 0; k < 5; k++) {
                into[k] = row * 10 + k;
            }
        });
        float[] row = new float[5];

        // When
        matrix.row(32, row);

        // Then
        assertThat(row).containsExactly(320, 321, 322, 323, 324);
    }

    @Test
    void widensBfloat16Exactly() {
        // Given
        Matrix matrix = Bf16Matrix.pack(1, 4, (row, into) -> {
            into[0] = 0x3f80;
            into[1] = (short) 0xbfc0;
            into[2] = 0x0001;
            into[3] = (short) 0xff80;
        });
        float[] row = new float[4];

        // When
        matrix.row(0, row);

        // Then
        assertThat(row).containsExactly(1f, -1.5f, Float.intBitsToFloat(0x10000), Float.NEGATIVE_INFINITY);
    }

    @Test
    void multipliesEachQuantByTheScaleOfItsBlock() {
        // Given
        Matrix matrix = Q8Matrix.pack(17, 64, (row, quants, scales) -> {
            quants[0] = -128;
            quants[31] = 127;
            quants[32] = (byte) row;
            scales[0] = Float.floatToFloat16(0.5f);
            scales[1] = Float.floatToFloat16(0.25f);
        });
        float[] row = new float[64];

        // When
        matrix.row(16, row);

        // Then
        assertThat(row[0]).isEqualTo(-64f);
        assertThat(row[31]).isEqualTo(63.5f);
        assertThat(row[32]).isEqualTo(4f);
        assertThat(row[33]).isZero();
    }

    @Test
    void countsItsBytesWithPaddingAndWhatLiesBehind() {
        assertThat(Matrices.f32(17, 3, 1).bytes()).isEqualTo(32 * 3 * 4);
        assertThat(Matrices.bf16(17, 3, 1).bytes()).isEqualTo((32 * 3 + Weights.BEHIND) * 2);
        assertThat(Matrices.q8(17, 64, 1).bytes()).isEqualTo(32 * 64 + Weights.BEHIND + 32 * 2 * 4);
    }

    @Test
    void refusesShapesThatCannotBe() {
        assertThatThrownBy(() -> Q8Matrix.pack(4, 33, (row, quants, scales) -> {}))
                .hasMessage("Q8_0 rows of 33 columns must be a multiple of 32");
        assertThatThrownBy(() -> F32Matrix.pack(0, 4, (row, into) -> {}))
                .hasMessage("a matrix of 0 x 4 has no weights; both must be at least 1");
        assertThatThrownBy(() -> Bf16Matrix.pack(1 << 20, 1 << 12, (row, into) -> {}))
                .hasMessageContaining("does not fit one array");
        assertThatThrownBy(() -> Matrices.f32(2, 2, 1).row(2, new float[2]))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("row 2 of a matrix with 2 rows");
    }
}
