package dev.scriptorium.model;

import java.util.List;

/**
 * What a worker knows of a model: sequences with a cache, and one forward pass for many of them at once.
 *
 * <p>The cache is made of blocks. A sequence takes whole blocks as it grows, and sequences that begin with the same
 * tokens can hold the same blocks ({@link CachedSequence#reuse}); the logits do not depend on whether they do.
 */
public interface LanguageModel {
    int vocabularySize();

    /** Most positions of one sequence, prompt and output together. */
    int contextLength();

    /** Positions of one block of the cache. */
    int cacheBlockTokens();

    /** Blocks of the whole cache. */
    int cacheBlocksMax();

    /** Blocks that no open sequence holds, and that a forward pass or a reuse may take; any thread may ask. */
    int cacheBlocksFree();

    /**
     * Starts a sequence; it takes no block yet.
     *
     * @param tokensMax positions it may come to, prompt and output together, at most {@link #contextLength}
     */
    CachedSequence open(int tokensMax);

    /**
     * Passes every chunk through the model in one sweep over the weights. Chunks are read before it returns and not
     * kept, so the caller may use the same objects again.
     *
     * @param step one chunk a sequence, no sequence twice
     * @return a row of logits for each token that a chunk wants them of; valid until the next call
     * @throws IllegalStateException if the step needs more blocks than are free; nothing was changed then
     */
    Logits forward(List<? extends Chunk> step);

    /** The cache of one sequence; closing it gives the room back. */
    interface CachedSequence extends AutoCloseable {
        /** Positions already passed through the model; the next chunk starts here. */
        int length();

        /**
         * Goes on over whole blocks that other sequences have computed of the same tokens, so that they need not pass
         * through the model again. Where the sequence stands between two blocks, or nothing fits, nothing happens.
         *
         * @param ids its tokens from the first; they must agree with what it has passed already
         * @param count how many of them are known; it stays behind the last one, whose logits somebody will want
         * @return {@link #length} after it
         */
        int reuse(int[] ids, int count);

        /**
         * Forgets the positions from {@code length} on. Only positions of the last step can be forgotten, and of these
         * only those after the first one whose logits were wanted: what was a guess, not what was known.
         */
        void truncate(int length);

        @Override
        void close();
    }

    /** The tokens that one sequence adds in this step: a piece of its prompt, or the token sampled last, or guesses. */
    interface Chunk {
        CachedSequence sequence();

        /** Holds the tokens; they take the positions from {@code sequence.length()} on. */
        int[] ids();

        /** Where the first token lies in {@link #ids}. */
        int from();

        /** 1 or more tokens. */
        int count();

        /** Of how many tokens at the end of this chunk the logits are wanted, from none to all. */
        int logitRows();

        /** A chunk of all these tokens, with logits after the last or none. */
        static Chunk of(CachedSequence sequence, int[] tokens, boolean wantsLogits) {
            return new Tokens(sequence, tokens, 0, tokens.length, wantsLogits ? 1 : 0);
        }
    }

    /** A chunk that stays as it is. */
    record Tokens(CachedSequence sequence, int[] ids, int from, int count, int logitRows) implements Chunk {}

    /**
     * @param values (row, vocabularySize) in the order of the step, and maybe more behind them
     * @param rows how many there are
     * @param vocabularySize length of one row; row i starts at i * vocabularySize
     */
    record Logits(float[] values, int rows, int vocabularySize) {}
}
