package dev.scriptorium.model;

import dev.scriptorium.kernel.Matrix;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of one model, read-only and shared.
 *
 * <p>Rotary pairs are split in halves (element i with i + headSize/2), as in Hugging Face's layout; files that
 * interleave them (GGUF) are permuted when they are loaded, so that there is one layout in the house and equal weights
 * give equal bits.
 *
 * @param embedding (vocabularySize, hiddenSize)
 * @param layers one a transformer block
 * @param outputNorm (hiddenSize)
 * @param output (vocabularySize, hiddenSize); the embedding itself where the two are tied
 */
public record LlamaWeights(Matrix embedding, List<Layer> layers, float[] outputNorm, Matrix output) {
    public LlamaWeights {
        layers = List.copyOf(layers);
    }

    /**
     * @param attentionNorm (hiddenSize)
     * @param query (querySize, hiddenSize)
     * @param key (keyValueSize, hiddenSize)
     * @param value (keyValueSize, hiddenSize)
     * @param attentionOutput (hiddenSize, querySize)
     * @param feedForwardNorm (hiddenSize)
     * @param gate (intermediateSize, hiddenSize)
     * @param up (intermediateSize, hiddenSize)
     * @param down (hiddenSize, intermediateSize)
     */
    public record Layer(
            float[] attentionNorm,
            Matrix query,
            Matrix key,
            Matrix value,
            Matrix attentionOutput,
            float[] feedForwardNorm,
            Matrix gate,
            Matrix up,
            Matrix down) {
        Stream<Matrix> matrices() {
            return Stream.of(query, key, value, attentionOutput, gate, up, down);
        }
    }
}
