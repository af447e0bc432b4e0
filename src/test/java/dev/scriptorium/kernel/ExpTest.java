package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpTest {
    @Test
    void expIsWithinOneUlpOrSoOfTheTruth() {
        // Given
        double worst = 0;

        // When
        for (float x = Exp.LEAST; x <= Exp.MOST; x += 0.00037f) {
            double exact = StrictMath.exp(x);
            worst = Math.max(worst, Math.abs(Exp.exp(x) - exact) / exact);
        }

        // Then
        assertThat(worst).isLessThan(1.2e-7);
    }

    @Test
    void expEndsWhereItsDocumentationSays() {
        assertThat(Exp.exp(0f)).isEqualTo(1f);
        assertThat(Exp.exp(-0f)).isEqualTo(1f);
        assertThat(Exp.exp(-87.01f)).isEqualTo(0f);
        assertThat(Exp.exp(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
        assertThat(Exp.exp(Float.POSITIVE_INFINITY)).isEqualTo(Exp.exp(88f));
        assertThat(Exp.exp(Float.NaN)).isNaN();
    }
}
