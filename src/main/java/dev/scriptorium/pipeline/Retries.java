package dev.scriptorium.pipeline;

import java.time.Duration;

/**
 * How often and when a request is tried again through no fault of its own.
 *
 * @param attemptsMax attempts in all, the first included; what fails that often is rejected
 * @param backoff from the first failed attempt to the second; doubled after each
 * @param backoffMax the longest there is between two attempts
 * @param stalledAfter how long an answer may be missing, while later prompts of the same lane are answered or nothing
 *     of it is, before the prompt is put on its lane again; doubled each time
 */
public record Retries(int attemptsMax, Duration backoff, Duration backoffMax, Duration stalledAfter) {
    /**
     * How long to wait before an attempt.
     *
     * @param attempt its number, from 2
     */
    public Duration before(int attempt) {
        return doubled(backoff, attempt - 2, backoffMax);
    }

    /**
     * How long an answer may be missing.
     *
     * @param attempt the number of the attempt that it is missing from
     */
    public Duration patience(int attempt) {
        return doubled(stalledAfter, attempt - 1, Duration.ofDays(365));
    }

    /** From the first attempt's failure to the last attempt's beginning, at most. */
    public Duration longest() {
        Duration sum = Duration.ZERO;
        for (int attempt = 2; attempt <= attemptsMax; attempt++) {
            sum = sum.plus(before(attempt));
        }
        return sum;
    }

    private static Duration doubled(Duration first, int times, Duration most) {
        Duration wait = first;
        for (int i = 0; i < times && wait.compareTo(most) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(most) < 0 ? wait : most;
    }
}
