package dev.scriptorium.worker;

import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.worker.text.StopText;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a text on its way into pieces of 1, 2, 4, … up to 64 tokens: the first word comes at once, and a long text makes
 * few records.
 *
 * <p>Where a piece ends follows from the number of tokens alone, and what it says from the tokens alone. So a text that
 * is written again after a crash comes in the same pieces.
 */
final class Pieces {
    private static final int TOKENS_MAX = 64;

    private final Prompt prompt;
    private final int choice;
    private int from;
    private int size = 1;
    private int told;

    Pieces(Prompt prompt, int choice) {
        this.prompt = prompt;
        this.choice = choice;
    }

    /**
     * After each token.
     *
     * @param tokens of the output so far
     * @return the piece that is complete now; null if none is
     */
    @Nullable
    TokenChunk after(int tokens, StopText text) {
        if (tokens < from + size) {
            return null;
        }
        TokenChunk piece = piece(tokens, text.certain(), null);
        size = Math.min(2 * size, TOKENS_MAX);
        return piece;
    }

    /** The rest, when the text has ended. */
    TokenChunk last(int tokens, StopText text, FinishReason reason) {
        return piece(tokens, text.text(), reason);
    }

    private TokenChunk piece(int tokens, String sure, @Nullable FinishReason reason) {
        TokenChunk piece = new TokenChunk(
                prompt.request(), prompt.dialect(), choice, from, tokens - from, sure.substring(told), reason);
        from = tokens;
        told = sure.length();
        return piece;
    }
}
