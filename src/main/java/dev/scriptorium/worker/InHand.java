package dev.scriptorium.worker;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The worker's only account of what it has taken and what became of it; safe to use from any thread. */
final class InHand {
    private final long tokensMax;
    private final AtomicLong tokens = new AtomicLong();
    private final AtomicInteger tasks = new AtomicInteger();
    private final AtomicLong completions = new AtomicLong();
    private final AtomicLong rejections = new AtomicLong();

    InHand(long tokensMax) {
        this.tokensMax = tokensMax;
    }

    boolean take(long wanted) {
        long before = tokens.get();
        while (before + wanted <= tokensMax) {
            if (tokens.compareAndSet(before, before + wanted)) {
                tasks.incrementAndGet();
                return true;
            }
            before = tokens.get();
        }
        return false;
    }

    /** The task's tokens are counted now and replace the guess, even if that is more than there was room for. */
    void count(Task task, long counted) {
        tokens.addAndGet(counted - task.tokensHeld());
        task.hold(counted);
    }

    void end(Task task, Outcome outcome) {
        tokens.addAndGet(-task.tokensHeld());
        tasks.decrementAndGet();
        switch (outcome) {
            case Completion ignored -> completions.incrementAndGet();
            case Rejection ignored -> rejections.incrementAndGet();
        }
        task.listener().ended(outcome);
    }

    long tokens() {
        return tokens.get();
    }

    long tokensFree() {
        return tokensMax - tokens.get();
    }

    int tasks() {
        return tasks.get();
    }

    long completions() {
        return completions.get();
    }

    long rejections() {
        return rejections.get();
    }
}
