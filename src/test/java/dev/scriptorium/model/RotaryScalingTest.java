package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RotaryScalingTest {
    /** Frequencies of Llama-3.2-1B (theta 500000, heads of 64) by Transformers' formula in float64. */
    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "12, 0.00729266474",
        "14, 0.00321144599",
        "15, 0.00129054793",
        "16, 0.000429556797",
        "17, 9.7082878e-05",
        "18, 1.94616382e-05",
        "31, 9.41830673e-08"
    })
    void llama3StretchesLongWavesAndLeavesShortOnes(int pair, float expected) {
        // Given
        RotaryScaling scaling = new RotaryScaling.Llama3(32, 1, 4, 8192);
        float frequency = (float) (1 / Math.pow(500_000, 2.0 * pair / 64));

        // When
        float scaled = scaling.scaled(frequency, pair);

        // Then
        assertThat(scaled).isCloseTo(expected, within(expected * 2e-6f));
    }

    @Test
    void othersDivide() {
        assertThat(new RotaryScaling.None().scaled(0.5f, 3)).isEqualTo(0.5f);
        assertThat(new RotaryScaling.Linear(4).scaled(0.5f, 3)).isEqualTo(0.125f);
        assertThat(new RotaryScaling.Divisors(List.of(1f, 2f)).scaled(0.5f, 1)).isEqualTo(0.25f);
    }
}
