package dev.scriptorium.event;

import java.time.Instant;
import java.util.Map;

/**
 * Generated text with everything needed to generate it again.
 *
 * @param text the continuation alone, without prompt, stop text or control tokens
 * @param worker the name of the worker that wrote it
 * @param attempt which attempt succeeded, from 1
 * @param completedAt when the worker finished
 * @param metadata the prompt's, untouched
 */
public record Completion(
        RequestId request,
        Dialect dialect,
        String tenant,
        String text,
        FinishReason finishReason,
        Usage usage,
        ResolvedSampling sampling,
        Provenance provenance,
        String worker,
        int attempt,
        Timings timings,
        Instant completedAt,
        Map<String, String> metadata)
        implements Outcome {
    public Completion {
        metadata = Map.copyOf(metadata);
    }
}
