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
        double ropeTheta) {
    /** Width of a query row: heads * headSize. */
    public int querySize() {
        return heads * headSize;
    }

    /** Width of a key or value row: keyValueHeads * headSize. */
    public int keyValueSize() {
        return keyValueHeads * headSize;
    }
}
