package dev.scriptorium.worker;

import dev.scriptorium.model.LanguageModel;
import java.util.List;

/** A model that makes no garbage and has nothing to say but one token, for tests that count bytes. */
final class StillModel implements LanguageModel {
    private static final int CONTEXT = 4096;
    private static final int BLOCK_TOKENS = 16;

    private final Logits logits;

    StillModel(int rowsMax, int token) {
        float[] values = new float[rowsMax * FakeModel.VOCABULARY_SIZE];
        for (int row = 0; row < rowsMax; row++) {
            values[row * FakeModel.VOCABULARY_SIZE + token] = 1;
        }
        logits = new Logits(values, rowsMax, FakeModel.VOCABULARY_SIZE);
    }

    private static final class Counted implements CachedSequence {
        private int length;

        @Override
        public int length() {
            return length;
        }

        @Override
        public int reuse(int[] ids, int count) {
            return length;
        }

        @Override
        public void truncate(int newLength) {
            length = newLength;
        }

        @Override
        public void close() {
            length = 0;
        }
    }

    @Override
    public int vocabularySize() {
        return FakeModel.VOCABULARY_SIZE;
    }

    @Override
    public int contextLength() {
        return CONTEXT;
    }

    @Override
    public int cacheBlockTokens() {
        return BLOCK_TOKENS;
    }

    @Override
    public int cacheBlocksMax() {
        return 100 * CONTEXT / BLOCK_TOKENS;
    }

    @Override
    public int cacheBlocksFree() {
        return cacheBlocksMax();
    }

    @Override
    public CachedSequence open(int tokensMax) {
        return new Counted();
    }

    @Override
    public Logits forward(List<? extends Chunk> step) {
        for (int i = 0; i < step.size(); i++) {
            ((Counted) step.get(i).sequence()).length += step.get(i).count();
        }
        return logits;
    }
}
