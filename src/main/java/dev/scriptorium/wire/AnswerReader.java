package dev.scriptorium.wire;

import org.jspecify.annotations.Nullable;

/** Reads what {@link AnswerWriter} wrote, as far as somebody who follows a job needs it. */
public final class AnswerReader {
    /**
     * @param id the request's id
     * @param error the message of a rejection; null for a completion
     * @param weightsDigest of the model that wrote the completion; null for a rejection
     * @param json the answer as one line of JSON, whatever format it travelled in
     */
    public record Answer(
            String id,
            @Nullable String error,
            long promptTokens,
            long completionTokens,
            @Nullable String weightsDigest,
            String json) {}

    /** @throws UndecodableException if the bytes are no answer */
    public Answer read(byte[] value) {
        throw new UnsupportedOperationException(value.length + "");
    }
}
