package dev.scriptorium.sample;

/**
 * How one sequence chooses its tokens. Meanings and order are those of Transformers' logits processors.
 *
 * @param temperature 0 for greedy
 * @param topK 0 keeps all
 * @param topP above 0; 1 keeps all
 * @param minP 0 keeps all
 * @param repetitionPenalty above 0; 1 changes nothing
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
        long seed) {
    public SamplerOptions {
        require(temperature >= 0 && Float.isFinite(temperature), "temperature", temperature, "at least 0");
        require(topK >= 0, "topK", topK, "at least 0");
        require(topP > 0 && topP <= 1, "topP", topP, "above 0 and at most 1");
        require(minP >= 0 && minP <= 1, "minP", minP, "from 0 to 1");
        require(
                repetitionPenalty > 0 && Float.isFinite(repetitionPenalty),
                "repetitionPenalty",
                repetitionPenalty,
                "above 0");
        require(Float.isFinite(frequencyPenalty), "frequencyPenalty", frequencyPenalty, "a finite number");
        require(Float.isFinite(presencePenalty), "presencePenalty", presencePenalty, "a finite number");
    }

    private static void require(boolean holds, String name, Number found, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + found + "; must be " + rule);
        }
    }
}
