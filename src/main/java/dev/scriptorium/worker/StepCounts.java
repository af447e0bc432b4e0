package dev.scriptorium.worker;

import dev.scriptorium.worker.Worker.TokenObserver;
import dev.scriptorium.worker.schedule.Plan;
import java.util.concurrent.atomic.AtomicLong;

/** What the step loop has done, for any thread to read. */
final class StepCounts {
    final AtomicLong running = new AtomicLong();
    final AtomicLong steps = new AtomicLong();
    final AtomicLong fullSteps = new AtomicLong();
    final AtomicLong prefillTokens = new AtomicLong();
    final AtomicLong generatedTokens = new AtomicLong();
    final AtomicLong guessedTokens = new AtomicLong();
    final AtomicLong acceptedTokens = new AtomicLong();
    final AtomicLong promptTokens = new AtomicLong();
    final AtomicLong cachedTokens = new AtomicLong();
    final AtomicLong joined = new AtomicLong();
    final AtomicLong preemptions = new AtomicLong();

    private final TokenObserver observer;

    StepCounts(TokenObserver observer) {
        this.observer = observer;
    }

    /** A token was sampled. */
    void sampled(Generation generation) {
        generatedTokens.incrementAndGet();
        if (generation.tokenGapMillis() >= 0) {
            observer.wrote(generation.tokenGapMillis());
        }
    }

    /** @param full whether the step had no room for more */
    void add(Plan<Generation> plan, boolean full) {
        steps.incrementAndGet();
        if (full) {
            fullSteps.incrementAndGet();
        }
        for (int i = 0; i < plan.size(); i++) {
            Generation generation = plan.sequence(i);
            int promptLeft = generation.promptTokens() - plan.computed(i);
            prefillTokens.addAndGet(Math.clamp(promptLeft, 0, plan.count(i)));
            if (plan.catchesUp(i) && generation.length() == generation.promptTokens()) {
                promptTokens.addAndGet(generation.promptTokens());
                cachedTokens.addAndGet(generation.cachedTokens());
            }
        }
    }
}
