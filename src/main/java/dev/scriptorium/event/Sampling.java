package dev.scriptorium.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to choose tokens, as far as somebody said so; null means "not said". A request, a lane's defaults and a model's
 * generation_config are all of this type, and {@link #orElse} lays one over the other.
 *
 * <p>Names and meanings are those of Transformers; {@code frequencyPenalty} and {@code presencePenalty} are OpenAI's.
 *
 * @param maxTokens most tokens to generate; 0 only for a prompt whose echo alone is wanted
 * @param maxLength most tokens of prompt and output together (Transformers' max_length), at least 1; the smaller of
 *     this and {@code maxTokens} holds when the same source gives both
 * @param temperature 0 to 2; 0 picks the likeliest token always (greedy)
 * @param topK keep the k likeliest tokens, at least 0; 0 keeps all
 * @param topP keep the likeliest tokens that make up this share of probability, above 0 and up to 1
 * @param minP drop tokens below this share of the likeliest one's probability, 0 to 1
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens seen in prompt or output, above 0
 *     and up to 10; 1 changes nothing
 * @param frequencyPenalty taken off a token's logit for each time it is in the output, -2 to 2
 * @param presencePenalty taken off a token's logit once it is in the output, -2 to 2
 * @param seed of the random numbers; by default a hash of job and id
 * @param stop up to 16 texts, each 1 to 256 characters; the completion ends before the first of them
 */
public record Sampling(
        @Nullable Integer maxTokens,
        @Nullable Integer maxLength,
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Double presencePenalty,
        @Nullable Long seed,
        @Nullable List<String> stop) {
    public static final int STOP_COUNT_MAX = 16;
    public static final int STOP_CHARACTERS_MAX = 256;
    public static final int TOKENS_MAX = 1 << 20;

    /** Nothing said at all. */
    public static final Sampling UNSAID =
            new Sampling(null, null, null, null, null, null, null, null, null, null, null);

    public Sampling {
        requireWithin("max_tokens", maxTokens, 0, TOKENS_MAX);
        requireWithin("max_length", maxLength, 1, TOKENS_MAX);
        requireWithin("temperature", temperature, 0, 2);
        requireWithin("top_k", topK, 0, Integer.MAX_VALUE);
        requireAbove("top_p", topP, 0, 1);
        requireWithin("min_p", minP, 0, 1);
        requireAbove("repetition_penalty", repetitionPenalty, 0, 10);
        requireWithin("frequency_penalty", frequencyPenalty, -2, 2);
        requireWithin("presence_penalty", presencePenalty, -2, 2);
        if (stop != null) {
            stop = List.copyOf(stop);
            if (stop.size() > STOP_COUNT_MAX) {
                throw new InvalidFieldException("stop", stop.size() + " texts", "must have at most 16 of them");
            }
            for (String text : stop) {
                if (text.isEmpty() || text.length() > STOP_CHARACTERS_MAX) {
                    throw new InvalidFieldException("stop", text, "must be 1 to 256 characters each");
                }
            }
        }
    }

    /**
     * This, completed by what {@code fallback} says. The two length limits are one decision: if this says either, the
     * fallback's are not taken.
     */
    public Sampling orElse(Sampling fallback) {
        boolean saysLength = maxTokens != null || maxLength != null;
        return new Sampling(
                saysLength ? maxTokens : fallback.maxTokens,
                saysLength ? maxLength : fallback.maxLength,
                temperature != null ? temperature : fallback.temperature,
                topK != null ? topK : fallback.topK,
                topP != null ? topP : fallback.topP,
                minP != null ? minP : fallback.minP,
                repetitionPenalty != null ? repetitionPenalty : fallback.repetitionPenalty,
                frequencyPenalty != null ? frequencyPenalty : fallback.frequencyPenalty,
                presencePenalty != null ? presencePenalty : fallback.presencePenalty,
                seed != null ? seed : fallback.seed,
                stop != null ? stop : fallback.stop);
    }

    private static void requireWithin(String field, @Nullable Number value, long least, long most) {
        if (value != null && !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new InvalidFieldException(field, value, "must be from " + least + " to " + most);
        }
    }

    private static void requireAbove(String field, @Nullable Double value, long bound, long most) {
        if (value != null && !(value > bound && value <= most)) {
            throw new InvalidFieldException(field, value, "must be above " + bound + " and at most " + most);
        }
    }
}
