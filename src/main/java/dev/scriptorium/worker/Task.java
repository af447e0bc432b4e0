package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * An assignment that the worker has taken, with whom to tell. One thread at a time owns it: the offering one, then the
 * preparing one, then the step loop; the queues between them hand it over.
 */
final class Task {
    private final Assignment assignment;
    private final Consumer<Outcome> listener;
    private long tokensHeld;

    Task(Assignment assignment, Consumer<Outcome> listener, long tokensHeld) {
        this.assignment = assignment;
        this.listener = listener;
        this.tokensHeld = tokensHeld;
    }

    Assignment assignment() {
        return assignment;
    }

    Prompt prompt() {
        return assignment.prompt();
    }

    Consumer<Outcome> listener() {
        return listener;
    }

    long tokensHeld() {
        return tokensHeld;
    }

    void hold(long tokens) {
        tokensHeld = tokens;
    }

    boolean isLate(Instant now) {
        Instant deadline = prompt().deadline();
        return deadline != null && !now.isBefore(deadline);
    }

    String lateness(Instant now) {
        return "the deadline was %s, and at %s the text was not finished".formatted(prompt().deadline(), now);
    }
}
