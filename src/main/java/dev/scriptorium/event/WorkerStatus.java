package dev.scriptorium.event;

import java.time.Instant;

/**
 * What a worker is doing and has done, as it says every few seconds. Counts are since it started; the same name with
 * another start is another worker.
 *
 * @param name as completions tell it
 * @param model the model's name in the pipeline
 * @param weightsDigest {@code sha256:} and 64 hex digits
 * @param startedAt when it began
 * @param at when it said this; after 15 seconds of silence it counts as gone
 * @param running sequences in its batch
 * @param waiting prompts taken that have no place in the batch yet
 * @param sequencesMax most sequences in one batch
 * @param cacheTokensUsed positions of the key/value cache that are reserved
 * @param cacheTokensMax positions it has
 * @param promptTokens tokens of prompts begun
 * @param prefixHitTokens of them, those that were found in the cache and not computed
 * @param generatedTokens tokens written
 * @param completions prompts that ended in text
 * @param rejections prompts that ended without
 */
public record WorkerStatus(
        String name,
        String model,
        String weightsDigest,
        String runtimeVersion,
        Instant startedAt,
        Instant at,
        int running,
        int waiting,
        int sequencesMax,
        long cacheTokensUsed,
        long cacheTokensMax,
        long promptTokens,
        long prefixHitTokens,
        long generatedTokens,
        long completions,
        long rejections) {}
