package dev.scriptorium.wire;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;

/** What an arrival turned out to be; there is no fifth case and never an exception. */
public sealed interface Decoded {
    /** A prompt that keeps all rules that need no pipeline. */
    record Accepted(Prompt prompt) implements Decoded {}

    /**
     * Something with an id that cannot be a prompt; it ends as a rejection of that id.
     *
     * @param contentDigest SHA-256 in hex of the bytes, so that a redelivery is known as such
     */
    record Refused(Rejection rejection, String contentDigest) implements Decoded {}

    /** A tombstone under a request's id: its sender does not want an answer any more. */
    record Cancelled(Cancellation cancellation) implements Decoded {}

    /** Bytes without an id; they go to the dead letters with this sentence. */
    record Unreadable(String reason) implements Decoded {}
}
