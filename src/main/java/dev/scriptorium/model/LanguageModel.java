package dev.scriptorium.model;

import java.util.List;

/** What a worker knows of a model: sequences with a cache, and one forward pass for many of them at once. */
public interface LanguageModel {
    int vocabularySize();

    /** Most positions of one sequence, prompt and output together. */
    int contextLength();

    /** Positions for which the key/value cache still has room, over all sequences not yet opened. */
    int cacheTokensFree();

    /**
     * Starts a sequence and reserves cache for all its positions.
     *
     * @param tokensMax positions it may come to, prompt and output together, at most {@link #contextLength}
     * @throws IllegalStateException if fewer than that are free
     */
    CachedSequence open(int tokensMax);

    /**
     * Passes every chunk through the model in one sweep over the weights.
     *
     * @param step one chunk a sequence, no sequence twice
     * @return logits of the last token of each chunk that wants them; valid until the next call
     */
    Logits forward(List<Chunk> step);

    /** The cache of one sequence; closing it gives the room back. */
    interface CachedSequence extends AutoCloseable {
        /** Positions already passed through the model; the next chunk starts here. */
        int length();

        @Override
        void close();
    }

    /**
     * The tokens that one sequence adds in this step: a piece of its prompt, or the token sampled last.
     *
     * @param tokens 1 or more ids; they take the positions from {@code sequence.length()} on
     * @param wantsLogits whether the next token will be sampled after this chunk
     */
    record Chunk(CachedSequence sequence, int[] tokens, boolean wantsLogits) {}

    /**
     * @param values (chunk that wants logits, vocabularySize), in the order of the step
     * @param vocabularySize length of one row; row i starts at i * vocabularySize
     */
    record Logits(float[] values, int vocabularySize) {}
}
