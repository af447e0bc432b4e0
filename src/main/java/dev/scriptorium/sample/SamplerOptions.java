package dev.scriptorium.sample;

/**
 * How one sequence chooses its tokens. Meanings and order are those of Transformers' logits processors.
 *
 * @param temperature 0 for greedy
 * @param topK 0 keeps all
 * @param topP 1 keeps all
 * @param minP 0 keeps all
 * @param repetitionPenalty 1 changes nothing
 * @param frequencyPenalty 0 changes nothing
 * @param presencePenalty 0 changes nothing
 * @param seed of the counter-based random numbers
 */
public record SamplerOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repetitionPenalty,
        float frequencyPenalty,
        float presencePenalty,
        long seed) {}
