package dev.scriptorium.event;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Generated text with everything needed to generate it again.
 *
 * @param choices 1 to 16, in the order of their numbers
 * @param echo the prompt, if the answer is to repeat it; else null
 * @param sampling as resolved; its seed is the first choice's
 * @param worker the name of the worker that wrote it
 * @param attempt which attempt succeeded, from 1
 * @param completedAt when the worker finished
 * @param metadata the prompt's, untouched
 */
public record Completion(
        RequestId request,
        Dialect dialect,
        String tenant,
        List<Choice> choices,
        @Nullable Echo echo,
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
        choices = List.copyOf(choices);
        if (choices.isEmpty() || choices.size() > AnswerSpec.N_MAX) {
            throw new InvalidFieldException(
                    "choices", choices.size() + " choices", "must have 1 to " + AnswerSpec.N_MAX + " of them");
        }
        metadata = Map.copyOf(metadata);
    }

    /** The first choice's. */
    public String text() {
        return choices.getFirst().text();
    }

    /** The first choice's. */
    public FinishReason finishReason() {
        return choices.getFirst().finishReason();
    }
}
