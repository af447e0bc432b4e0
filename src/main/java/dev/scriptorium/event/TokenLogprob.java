package dev.scriptorium.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One token of a text and how likely the model held it: the natural logarithm of its probability under the model's own
 * distribution, before penalties, temperature, truncation and response_format.
 *
 * @param token which
 * @param logprob at most 0; null for the first token of a prompt, which nothing comes before
 * @param textOffset where it begins in its text, in code points; for a token that goes on with a character that another
 *     began, that character
 * @param top the likeliest tokens at this place, the likeliest first, of equal ones the smaller id first
 */
public record TokenLogprob(Token token, @Nullable Float logprob, int textOffset, List<Alternative> top) {
    public TokenLogprob {
        top = List.copyOf(top);
    }

    /**
     * A token of the vocabulary.
     *
     * @param id in the vocabulary
     * @param text what it adds to a text, with U+FFFD for bytes that are no character by themselves; the vocabulary's
     *     spelling for a control token
     * @param latin1 the bytes it adds to a text, each as the character of that number; null for a control token, which
     *     adds none
     */
    public record Token(int id, String text, @Nullable String latin1) {}

    /** One of the likeliest tokens at a place. */
    public record Alternative(Token token, float logprob) {}
}
