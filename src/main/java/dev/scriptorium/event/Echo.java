package dev.scriptorium.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The prompt as the answer repeats it.
 *
 * @param text as it was sent
 * @param logprobs one for each token of the prompt, its beginning-of-sequence token included; null if nobody asked
 */
public record Echo(String text, @Nullable List<TokenLogprob> logprobs) {
    public Echo {
        logprobs = logprobs == null ? null : List.copyOf(logprobs);
    }
}
