package dev.scriptorium.event;

import org.jspecify.annotations.Nullable;

/**
 * What the answer to a prompt holds, beside how its tokens are chosen.
 *
 * @param n how many choices, 1 to 16; each has its own seed
 * @param logprobs for each token its log probability and this many of the likeliest alternatives, 0 to 20; null for no
 *     log probabilities
 * @param echo whether the answer repeats the prompt, with its tokens' log probabilities if any are asked for
 * @param format what form the text must have
 */
public record AnswerSpec(int n, @Nullable Integer logprobs, boolean echo, ResponseFormat format) {
    public static final int N_MAX = 16;
    public static final int LOGPROBS_MAX = 20;

    /** One plain text. */
    public static final AnswerSpec TEXT = new AnswerSpec(1, null, false, ResponseFormat.TEXT);

    public AnswerSpec {
        if (n < 1 || n > N_MAX) {
            throw new InvalidFieldException("n", n, "must be from 1 to " + N_MAX);
        }
        if (logprobs != null && (logprobs < 0 || logprobs > LOGPROBS_MAX)) {
            throw new InvalidFieldException("logprobs", logprobs, "must be from 0 to " + LOGPROBS_MAX);
        }
    }
}
