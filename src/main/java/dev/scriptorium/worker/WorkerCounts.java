package dev.scriptorium.worker;

/**
 * What a worker is doing and has done since it started, for progress and metrics.
 *
 * @param running sequences with a place in the cache
 * @param waiting assignments taken that have none yet
 * @param inHandTokens tokens reserved for both
 * @param steps forward passes
 * @param fullSteps of these, those in which every place was taken or every token of the step
 * @param prefillTokens prompt tokens passed through the model
 * @param generatedTokens tokens sampled
 * @param guessedTokens tokens guessed ahead and passed through the model
 * @param acceptedTokens of these, those that the sampler chose
 * @param promptTokens tokens of prompts whose prefill is done
 * @param cachedTokens of these, those that the cache had from other sequences
 * @param joined assignments that got the text of another one, whose text had to be the same
 * @param preemptions how often a sequence gave its cache back to be computed anew
 * @param cacheUsed share of the cache's blocks that sequences hold, 0 to 1
 * @param completions assignments that ended in text
 * @param rejections assignments that ended without
 */
public record WorkerCounts(
        int running,
        int waiting,
        long inHandTokens,
        long steps,
        long fullSteps,
        long prefillTokens,
        long generatedTokens,
        long guessedTokens,
        long acceptedTokens,
        long promptTokens,
        long cachedTokens,
        long joined,
        long preemptions,
        double cacheUsed,
        long completions,
        long rejections) {}
