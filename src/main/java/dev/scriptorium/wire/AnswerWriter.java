package dev.scriptorium.wire;

import dev.scriptorium.event.Outcome;

/** Writes outcomes for users; equal outcomes give equal bytes. */
public final class AnswerWriter {
    /** A whole record value; JSON is one line without a line end. */
    public byte[] write(Outcome outcome, AnswerFormat format) {
        throw new UnsupportedOperationException(outcome + " as " + format);
    }

    /** The {@code content-type} header for the same arguments: {@code application/json} or {@code avro/binary}. */
    public String contentType(Outcome outcome, AnswerFormat format) {
        throw new UnsupportedOperationException(outcome + " as " + format);
    }
}
