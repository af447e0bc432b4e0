package dev.scriptorium.event;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a text on its way, for those who asked to see it grow.
 *
 * <p>Where pieces begin and end follows from the number of tokens alone, and a text written again after a crash is the
 * same text. So a reader that drops every piece whose {@code index} is below the {@link #next()} of the one before
 * reads each character once, and the pieces put together are the completion's text.
 *
 * @param request whose text it is
 * @param dialect the prompt's: Avro prompts have Avro pieces, all others JSON
 * @param choice which of the request's texts, from 0
 * @param index of its first token in the output, from 0
 * @param tokens how many tokens it stands for
 * @param text what they added; may be empty, because text that a stop text could still take back waits for the next
 *     piece
 * @param finishReason with the last piece of a completion, why it ended; null before. A text that is rejected has no
 *     last piece: its end is on the rejections topic
 */
public record TokenChunk(
        RequestId request,
        Dialect dialect,
        int choice,
        int index,
        int tokens,
        String text,
        @Nullable FinishReason finishReason) {
    public TokenChunk {
        if (choice < 0 || index < 0 || tokens < 0) {
            throw new InvalidFieldException(
                    "index", index + " of choice " + choice + " with " + tokens + " tokens", "must not be below 0");
        }
    }

    public boolean isLast() {
        return finishReason != null;
    }

    /** The index of the piece that follows. */
    public int next() {
        return index + tokens;
    }
}
