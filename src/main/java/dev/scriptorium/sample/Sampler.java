package dev.scriptorium.sample;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one sequence.
 *
 * <p>The order is that of Transformers: penalties, temperature, top-k, top-p, min-p ({@link Candidates}), then one
 * draw. At temperature 0 it is the token with the largest score after penalties, of equal ones the smallest id.
 *
 * <p>Scores are f32 up to the penalties; temperature and all that follows is f64. One thread at a time.
 */
public final class Sampler {
    private final SamplerOptions options;
    private final int vocabularySize;
    private final Penalties penalties;
    private final Candidates candidates;
    private final float[] scores; // (id)

    public Sampler(SamplerOptions options, int vocabularySize) {
        if (vocabularySize < 1) {
            throw new IllegalArgumentException("a vocabulary of " + vocabularySize + " tokens; must be at least 1");
        }
        this.options = options;
        this.vocabularySize = vocabularySize;
        this.penalties = new Penalties(options);
        this.candidates = new Candidates(options, vocabularySize);
        this.scores = new float[vocabularySize];
    }

    /**
     * Counts tokens of the prompt for the repetition penalty.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    public void prompt(int[] promptIds) {
        for (int id : promptIds) {
            if (id < 0 || id >= vocabularySize) {
                throw new IllegalArgumentException("token id " + id + "; must be 0 to " + (vocabularySize - 1));
            }
            penalties.addPrompt(id);
        }
    }

    /**
     * The next token, which from now on counts as output.
     *
     * @param logits (vocabularySize) at {@code offset}; not changed
     * @param position how many tokens the sequence has generated so far
     * @throws NonFiniteLogitsException if a logit is infinite or not a number
     */
    public int pick(float[] logits, int offset, int position) {
        return pick(logits, offset, position, null);
    }

    /**
     * The next token out of those allowed; the others are as if they had no probability.
     *
     * @param allowed a bit for each token by its id, at least one set; null for all
     */
    public int pick(float[] logits, int offset, int position, long @Nullable [] allowed) {
        copyFinite(logits, offset);
        penalties.apply(scores);
        if (allowed != null) {
            forbid(allowed);
        }
        int token = options.temperature() == 0f ? likeliest() : draw(position);
        penalties.addOutput(token);
        return token;
    }

    private void copyFinite(float[] logits, int offset) {
        System.arraycopy(logits, offset, scores, 0, vocabularySize);
        for (int id = 0; id < vocabularySize; id++) {
            if (!Float.isFinite(scores[id])) {
                throw new NonFiniteLogitsException(id, scores[id]);
            }
        }
    }

    private void forbid(long[] allowed) {
        for (int id = 0; id < vocabularySize; id++) {
            if ((allowed[id >> 6] & 1L << id) == 0) {
                scores[id] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private int likeliest() {
        int best = 0;
        for (int id = 1; id < vocabularySize; id++) {
            if (scores[id] > scores[best]) {
                best = id;
            }
        }
        return best;
    }

    private int draw(int position) {
        candidates.narrow(scores);
        return candidates.draw(CounterRandom.unit(options.seed(), position));
    }
}
