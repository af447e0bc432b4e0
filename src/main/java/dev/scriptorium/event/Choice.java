package dev.scriptorium.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the texts that a completion offers.
 *
 * @param text the continuation alone, without prompt, stop text or control tokens
 * @param seed from which its random numbers were drawn
 * @param completionTokens tokens generated, with the end-of-sequence token if one was
 * @param logprobs one for each generated token, in order; null if nobody asked for them
 */
public record Choice(
        String text,
        FinishReason finishReason,
        long seed,
        int completionTokens,
        @Nullable List<TokenLogprob> logprobs) {
    public Choice {
        logprobs = logprobs == null ? null : List.copyOf(logprobs);
    }
}
