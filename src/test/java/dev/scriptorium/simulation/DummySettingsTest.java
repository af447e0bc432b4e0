package dev.scriptorium.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DummySettingsTest {
    @ParameterizedTest
    @CsvSource({"dummy, true", "dummy:, true", "dummy:step_ms=1, true", "models/dummy, false", "dummy-7b.gguf, false"})
    void aPathMeansADummyByItsBeginning(String path, boolean meant) {
        assertThat(DummySettings.isMeantBy(path)).isEqualTo(meant);
    }

    @Test
    void readsWhatIsSaidAndLeavesTheRestAtItsDefault() {
        // When
        DummySettings settings = DummySettings.parse("dummy:step_ms=20,throw_on=poison,seed=-3");

        // Then
        assertThat(settings).isEqualTo(new DummySettings(-3, 2048, 32, 20, 0, 32, 0, "poison", "", ""));
    }

    @Test
    void refusesAParameterThatIsNotKnownAndListsThoseThatAre() {
        assertThatThrownBy(() -> DummySettings.parse("dummy:latency=5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'latency=5'")
                .hasMessageContaining("step_ms, token_us");
    }

    @ParameterizedTest
    @CsvSource({
        "step_ms=-1, step_ms is -1",
        "step_ms=fast, step_ms is 'fast'",
        "context_tokens=4, context_tokens is 4",
        "throw_every_steps=1, throw_every_steps is 1",
    })
    void refusesAValueOutsideItsRuleByName(String parameter, String words) {
        assertThatThrownBy(() -> DummySettings.parse("dummy:" + parameter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void theDigestFollowsWhatDecidesTextsAndNothingElse() {
        // Given
        String plain = DummySettings.parse("dummy").digest();

        // When / Then
        assertThat(DummySettings.parse("dummy:step_ms=50,throw_every_steps=9").digest())
                .isEqualTo(plain)
                .matches("sha256:[0-9a-f]{64}");
        assertThat(DummySettings.parse("dummy:seed=1").digest()).isNotEqualTo(plain);
    }
}
