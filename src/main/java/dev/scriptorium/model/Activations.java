package dev.scriptorium.model;

import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.PackedRows;

/**
 * What lies between two layers' weights: one row a token, each row padded to {@link Kernels#stride}. As large as the
 * largest step so far.
 */
final class Activations {
    private final LlamaConfig config;
    private final float[][] scores; // (thread, positions padded to 16)
    private int tokens;
    float[] hidden = {}; // (token, hiddenSize): the residual stream
    float[] normed = {}; // (token, hiddenSize)
    float[] query = {}; // (token, querySize)
    float[] key = {}; // (token, keyValueSize)
    float[] value = {}; // (token, keyValueSize)
    float[] attended = {}; // (token, querySize)
    float[] gate = {}; // (token, intermediateSize)
    float[] up = {}; // (token, intermediateSize)
    float[] branch = {}; // (token, hiddenSize): what a block adds to the residual stream
    final PackedRows packed = new PackedRows(); // normed or attended, for the next product
    final PackedRows packedInner = new PackedRows(); // gate, for the next product
    float[] logits = {}; // (chunk that wants logits, vocabularySize)
    final float[] embedding; // (hiddenSize)
    final float[][] mixed; // (thread, headSize): one head's mix of values
    final Kernels.Scratch[] scratch; // (thread)

    Activations(LlamaConfig config, int threads) {
        this.config = config;
        this.scores = new float[threads][0];
        this.mixed = new float[threads][Kernels.stride(config.headSize())];
        this.scratch = new Kernels.Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Kernels.Scratch();
        }
        this.embedding = new float[config.hiddenSize()];
    }

    void growTo(int stepTokens, int positions) {
        if (stepTokens > tokens) {
            tokens = stepTokens;
            hidden = rows(config.hiddenSize());
            normed = rows(config.hiddenSize());
            query = rows(config.querySize());
            key = rows(config.keyValueSize());
            value = rows(config.keyValueSize());
            attended = rows(config.querySize());
            gate = rows(config.intermediateSize());
            up = rows(config.intermediateSize());
            branch = rows(config.hiddenSize());
        }
        if (positions > scores[0].length) {
            for (int i = 0; i < scores.length; i++) {
                scores[i] = new float[Kernels.stride(positions + positions / 2)];
            }
        }
    }

    private float[] rows(int size) {
        return new float[Math.multiplyExact(tokens, Kernels.stride(size))];
    }

    void growLogits(int wanted) {
        int size = Math.multiplyExact(wanted, Kernels.stride(config.vocabularySize()));
        if (size > logits.length) {
            logits = new float[size];
        }
    }

    /** The thread's scores, with room for one more block than the longest sequence needs. */
    float[] scores(int thread) {
        return scores[thread];
    }
}
