package dev.scriptorium.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the tokens of one completion were chosen, with nothing left open: with the weights and the prompt it determines
 * the text, byte for byte. Fields mean what they mean in {@link Sampling}.
 *
 * @param maxTokens most tokens to generate, after max_length and the model's context were taken into account
 * @param seed the first choice's; the others' are derived from it
 * @param n how many choices
 * @param responseFormatDigest {@code sha256:} and 64 hex digits over the type and the schema that the text was held to;
 *     null for any text
 */
public record ResolvedSampling(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        long seed,
        List<String> stop,
        int n,
        @Nullable String responseFormatDigest) {
    public ResolvedSampling {
        stop = List.copyOf(stop);
    }

    /** The same with another seed. */
    public ResolvedSampling withSeed(long other) {
        return new ResolvedSampling(
                maxTokens,
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                other,
                stop,
                n,
                responseFormatDigest);
    }
}
