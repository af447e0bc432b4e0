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
 * @param sentAt when its sender sent it: the cancellation of a job or tenant ends what was sent before
 */
public record Assignment(
        Prompt prompt,
        String lane,
        int attempt,
        Instant admittedAt,
        SortedMap<String, String> headers,
        Instant sentAt) {
    public Assignment {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
        if (prompt.model() == null) {
            throw new InvalidFieldException("model", "null", "must be chosen before a prompt goes on a lane");
        }
        if (attempt < 1) {
            throw new InvalidFieldException("attempt", attempt, "must be at least 1");
        }
    }

    /** One without headers, let in when it was sent. */
    public Assignment(Prompt prompt, String lane, int attempt, Instant admittedAt) {
        this(prompt, lane, attempt, admittedAt, Collections.emptySortedMap(), admittedAt);
    }

    /** The same once more. */
    public Assignment withAttempt(int other) {
        return new Assignment(prompt, lane, other, admittedAt, headers, sentAt);
    }
}
