package dev.scriptorium.worker;

/**
 * What a worker is doing and has done since it started, for progress and metrics.
 *
 * @param running sequences with a place in the cache
 * @param waiting assignments taken that have none yet
 * @param inHandTokens tokens reserved for both
 * @param steps forward passes
 * @param prefillTokens prompt tokens passed through the model
 * @param generatedTokens tokens sampled
 * @param completions assignments that ended in text
 * @param rejections assignments that ended without
 */
public record WorkerCounts(
        int running,
        int waiting,
        long inHandTokens,
        long steps,
        long prefillTokens,
        long generatedTokens,
        long completions,
        long rejections) {}
