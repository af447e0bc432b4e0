package dev.scriptorium.model;

/**
 * The numbers that make one Llama-2 differ from another.
 *
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the feed-forward layer
 * @param layers number of transformer blocks
 * @param heads query heads
 * @param keyValueHeads key/value heads, a divisor of {@code heads}
 * @param headSize elements a head, even
 * @param vocabularySize rows of the embedding and output matrices
 * @param contextLength most positions of a sequence
 * @param rmsNormEpsilon added to the mean square
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling what is done to them for longer contexts
 */
public record LlamaConfig(
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int vocabularySize,
        int contextLength,
        float rmsNormEpsilon,
        double ropeTheta,
        RotaryScaling ropeScaling) {
    /** A model with plain rotary frequencies. */
    public LlamaConfig(
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int vocabularySize,
            int contextLength,
            float rmsNormEpsilon,
            double ropeTheta) {
        this(
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headSize,
                vocabularySize,
                contextLength,
                rmsNormEpsilon,
                ropeTheta,
                new RotaryScaling.None());
    }

    /** The same model with scaled rotary frequencies. */
    public LlamaConfig withRopeScaling(RotaryScaling scaling) {
        return new LlamaConfig(
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headSize,
                vocabularySize,
                contextLength,
                rmsNormEpsilon,
                ropeTheta,
                scaling);
    }

    /** Width of a query row: heads * headSize. */
    public int querySize() {
        return heads * headSize;
    }

    /** Width of a key or value row: keyValueHeads * headSize. */
    public int keyValueSize() {
        return keyValueHeads * headSize;
    }
}
