package dev.scriptorium.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * What a model's generation_config.json says about sampling; null where it says nothing. A config with
 * {@code do_sample: false} says temperature 0.
 *
 * @param maxNewTokens most tokens to generate
 * @param maxLength most tokens of prompt and output together
 */
public record GenerationDefaults(
        @Nullable Integer maxNewTokens,
        @Nullable Integer maxLength,
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty) {
    /** A model that says nothing. */
    public static final GenerationDefaults UNSAID = new GenerationDefaults(null, null, null, null, null, null, null);
}
