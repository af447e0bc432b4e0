package dev.scriptorium.event;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A prompt on its way to a worker: what a lane topic carries.
 *
 * @param prompt with model and the pipeline's sampling defaults filled in
 * @param lane the lane's name in the pipeline
 * @param attempt 1 for the first time on a lane
 * @param admittedAt when the router let it in; the queue time of the completion counts from here
 * @param headers of the prompt's record, that go on with it to its answer
 */
public record Assignment(
        Prompt prompt, String lane, int attempt, Instant admittedAt, SortedMap<String, String> headers) {
    public Assignment {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
        if (prompt.model() == null) {
            throw new InvalidFieldException("model", "null", "must be chosen before a prompt goes on a lane");
        }
        if (attempt < 1) {
            throw new InvalidFieldException("attempt", attempt, "must be at least 1");
        }
    }

    /** One without headers. */
    public Assignment(Prompt prompt, String lane, int attempt, Instant admittedAt) {
        this(prompt, lane, attempt, admittedAt, Collections.emptySortedMap());
    }

    /** The same once more. */
    public Assignment withAttempt(int attempt) {
        return new Assignment(prompt, lane, attempt, admittedAt, headers);
    }
}
