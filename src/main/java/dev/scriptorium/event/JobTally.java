package dev.scriptorium.event;

import java.time.Instant;

/**
 * How far a job is, as the compacted {@code jobs} topic says it.
 *
 * @param admitted requests let onto a lane
 * @param completed requests that ended in text
 * @param rejected requests that ended without
 * @param promptTokens tokens read for completed requests
 * @param completionTokens tokens written
 * @param updatedAt time of the last event counted
 */
public record JobTally(
        String job,
        long admitted,
        long completed,
        long rejected,
        long promptTokens,
        long completionTokens,
        Instant updatedAt) {
    /** Requests that have ended. */
    public long done() {
        return completed + rejected;
    }
}
