package dev.scriptorium.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the router remembers of a request id, so that it is admitted once and settled once.
 *
 * @param contentDigest SHA-256 in hex of what was asked; the same id may come again with the same content only
 * @param phase how far the request is
 * @param lane where it was sent; null if it was refused at once
 * @param attempt how often it was put on a lane
 * @param admittedAt when its first record was taken
 * @param settledAt when its terminal event was let through; null while it is open
 */
public record RequestState(
        String contentDigest,
        Phase phase,
        @Nullable String lane,
        int attempt,
        Instant admittedAt,
        @Nullable Instant settledAt) {
    /** A request is open, then over; there is no way back. */
    public enum Phase {
        ADMITTED,
        COMPLETED,
        REJECTED
    }
}
