package dev.scriptorium.wire;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestState;

/**
 * The program's own events as Avro single-object bytes and back. Decoding accepts every schema in
 * {@code schemas/history} and throws {@link UndecodableException} for anything else.
 */
public final class EventCodec {
    public byte[] encode(Assignment assignment) {
        throw new UnsupportedOperationException(assignment.lane());
    }

    public Assignment assignment(byte[] bytes) {
        throw new UnsupportedOperationException(bytes.length + "");
    }

    public byte[] encode(Outcome outcome) {
        throw new UnsupportedOperationException(outcome.toString());
    }

    public Outcome outcome(byte[] bytes) {
        throw new UnsupportedOperationException(bytes.length + "");
    }

    public byte[] encode(Decoded intake) {
        throw new UnsupportedOperationException(intake.toString());
    }

    /** An {@code Accepted} or {@code Refused}, as it travels between decode and admit. */
    public Decoded intake(byte[] bytes) {
        throw new UnsupportedOperationException(bytes.length + "");
    }

    public byte[] encode(RequestState state) {
        throw new UnsupportedOperationException(state.toString());
    }

    public RequestState requestState(byte[] bytes) {
        throw new UnsupportedOperationException(bytes.length + "");
    }

    public byte[] encode(JobTally tally) {
        throw new UnsupportedOperationException(tally.toString());
    }

    public JobTally jobTally(byte[] bytes) {
        throw new UnsupportedOperationException(bytes.length + "");
    }

    /** SHA-256 in hex of what a prompt asks for: everything but its source and dialect. */
    public String contentDigest(Prompt prompt) {
        throw new UnsupportedOperationException(prompt.toString());
    }
}
