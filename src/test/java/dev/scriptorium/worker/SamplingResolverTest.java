package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Sampling;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingResolverTest {
    private static final int CONTEXT = 96;

    /** Context 96 throughout; the prompt's limits hide the model's, the smallest of what is left holds. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // prompt tokens, request's max_tokens and max_length, model's max_tokens and max_length, resolved
                "10, -,  -,  -,  -,  86",
                "10, 20, -,  -,  -,  20",
                "10, 90, -,  -,  -,  86",
                "10, -,  25, -,  -,  15",
                "10, 20, 25, -,  -,  15",
                "10, 5,  25, -,  -,  5",
                "10, -,  -,  7,  -,  7",
                "10, -,  -,  -,  64, 54",
                "10, 80, -,  7,  64, 80",
                "10, -,  90, 7,  64, 80",
                "95, -,  -,  -,  -,  1",
            })
    void resolvesTheLength(
            int promptTokens,
            @Nullable Integer maxTokens,
            @Nullable Integer maxLength,
            @Nullable Integer modelMaxTokens,
            @Nullable Integer modelMaxLength,
            int resolved)
            throws Preparation.Refusal {
        // Given
        SamplingResolver resolver = resolver(Desk.saying(modelMaxTokens, modelMaxLength, null));

        // When
        ResolvedSampling sampling = resolver.resolve(prompt(Desk.saying(maxTokens, maxLength, null)), promptTokens);

        // Then
        assertThat(sampling.maxTokens()).isEqualTo(resolved);
    }

    @Test
    void takesTheRequestOverTheModelOverNeutral() throws Preparation.Refusal {
        // Given
        SamplingResolver resolver =
                resolver(new Sampling(null, null, 0.6, null, 0.9, null, null, null, null, null, null));

        // When
        ResolvedSampling sampling = resolver.resolve(
                prompt(new Sampling(null, null, 0.2, null, null, null, null, null, null, 7L, List.of("."))), 10);

        // Then
        assertThat(sampling).isEqualTo(new ResolvedSampling(86, 0.2, 0, 0.9, 0, 1, 0, 0, 7L, List.of("."), 1, null));
    }

    @Test
    void refusesAPromptThatFillsTheContextAndNamesBothNumbers() {
        // Given
        SamplingResolver resolver = resolver(Sampling.UNSAID);

        // When / Then
        assertThatThrownBy(() -> resolver.resolve(prompt(Sampling.UNSAID), 96))
                .isInstanceOfSatisfying(
                        Preparation.Refusal.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED))
                .hasMessage("the prompt has 96 tokens, but the context of model 'fake' is 96 tokens and must also hold"
                        + " the output; shorten the prompt to 95 tokens or fewer");
    }

    @Test
    void refusesAMaxLengthThatThePromptAloneUsesUp() {
        // Given
        SamplingResolver resolver = resolver(Sampling.UNSAID);

        // When / Then
        assertThatThrownBy(() -> resolver.resolve(prompt(Desk.saying(null, 20, null)), 35))
                .isInstanceOfSatisfying(Preparation.Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_VALUE);
                    assertThat(refusal.field()).isEqualTo("max_length");
                })
                .hasMessage("field 'max_length' is 20, but it counts prompt and output together and the prompt has 35"
                        + " tokens; it must be at least 36");
    }

    @Test
    void saysThatTheModelSaidMaxLengthWhereTheUserDidNot() {
        // Given
        SamplingResolver resolver = resolver(Desk.saying(null, 20, null));

        // When / Then
        assertThatThrownBy(() -> resolver.resolve(prompt(Sampling.UNSAID), 35))
                .isInstanceOfSatisfying(
                        Preparation.Refusal.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED))
                .hasMessageContaining("generation_config of model 'fake' says max_length 20");
    }

    /** The value was computed with {@code printf job/line-1 | sha256sum} and cut to 53 bits, so anybody can. */
    @Test
    void takesItsDefaultSeedFromTheSha256OfJobAndId() {
        // When
        long seed = SamplingResolver.defaultSeed(new RequestId("job", "line-1"));

        // Then
        assertThat(Long.toHexString(seed)).isEqualTo("e5365007ebf30");
    }

    private static SamplingResolver resolver(Sampling modelDefaults) {
        return new SamplingResolver(new ServedModel(
                new FakeModel(CONTEXT, CONTEXT), new FakeTokenizer(), null, modelDefaults, Set.of(), Desk.PROVENANCE));
    }

    private static Prompt prompt(Sampling sampling) {
        return Desk.prompt("1", new Input.Text("ABC"), sampling, null);
    }
}
