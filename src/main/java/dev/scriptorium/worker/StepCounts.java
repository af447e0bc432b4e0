package dev.scriptorium.worker;

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
}
