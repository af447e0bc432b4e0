package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Prompt;
import java.time.Instant;

/**
 * An assignment that the worker has taken, with whom to tell. One thread at a time owns it: the offering one, then the
 * preparing one, then the step loop; the queues between them hand it over.
 */
final class Task {
    private final Assignment assignment;
    private final Intake.Listener listener;
    private final long deadline; // milliseconds since 1970
    private long tokensHeld;

    Task(Assignment assignment, Intake.Listener listener, long tokensHeld) {
        this.assignment = assignment;
        this.listener = listener;
        this.tokensHeld = tokensHeld;
        Instant due = assignment.prompt().deadline();
        this.deadline = due == null ? Long.MAX_VALUE : due.toEpochMilli();
    }

    Assignment assignment() {
        return assignment;
    }

    Prompt prompt() {
        return assignment.prompt();
    }

    Intake.Listener listener() {
        return listener;
    }

    long tokensHeld() {
        return tokensHeld;
    }

    void hold(long tokens) {
        tokensHeld = tokens;
    }

    /** @param now milliseconds since 1970 */
    boolean isLate(long now) {
        return now >= deadline;
    }

    String lateness(long now) {
        return "the deadline was %s, and at %s the text was not finished"
                .formatted(prompt().deadline(), Instant.ofEpochMilli(now));
    }
}
