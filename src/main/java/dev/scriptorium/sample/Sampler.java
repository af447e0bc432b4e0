package dev.scriptorium.sample;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one sequence.
 *
 * <p>The order is that of Transformers: penalties, temperature, top-k, top-p, min-p, then one draw. At temperature 0 it
 * is the token with the largest score after penalties, of equal ones the smallest id.
 *
 * <ul>
 *   <li>top-k removes scores below the k-th largest; scores equal to it stay, even if that makes more than k.
 *   <li>top-p goes from the likeliest down, of equal ones the smaller id first, and removes a token if those before it
 *       already have a share of top-p or more; so at least one stays. (Transformers adds up from the other end and
 *       removes what is at most 1 - top-p, which is the same.)
 *   <li>min-p removes a token if its probability is below min-p times the largest.
 *   <li>The draw goes through what is left in the order of ids, until the weights add up to more than
 *       {@link CounterRandom#unit} times their sum.
 * </ul>
 *
 * <p>Scores are f32 up to the penalties; temperature and all that follows is f64. One thread at a time.
 */
public final class Sampler {
    private final SamplerOptions options;
    private final int vocabularySize;
    private final Penalties penalties;
    private final Largest largest = new Largest();
    private final float[] scores; // (id)
    // the candidates, in the order of their ids; as large as was needed so far
    private int[] ids = {};
    private double[] weights = {};
    private long[] ranks = {};
    private int candidates;

    public Sampler(SamplerOptions options, int vocabularySize) {
        if (vocabularySize < 1) {
            throw new IllegalArgumentException("a vocabulary of " + vocabularySize + " tokens; must be at least 1");
        }
        this.options = options;
        this.vocabularySize = vocabularySize;
        this.penalties = new Penalties(options);
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
        keepTopK();
        weigh();
        keepTopP();
        keepMinP();
        return drawFrom(CounterRandom.unit(options.seed(), position));
    }

    private void keepTopK() {
        boolean all = options.topK() == 0 || options.topK() >= vocabularySize;
        float least = all ? Float.NEGATIVE_INFINITY : largest.threshold(scores, options.topK());
        grow(all ? vocabularySize : options.topK());
        candidates = 0;
        for (int id = 0; id < vocabularySize; id++) {
            if (scores[id] >= least) {
                grow(candidates + 1);
                ids[candidates++] = id;
            }
        }
    }

    private void grow(int size) {
        if (size > ids.length) {
            int capacity = Math.min(vocabularySize, Math.max(size, 2 * ids.length));
            ids = Arrays.copyOf(ids, capacity);
            weights = Arrays.copyOf(weights, capacity);
        }
    }

    /** weights[i] = exp((score - largest score) / temperature): probabilities but for a common factor. */
    private void weigh() {
        double most = scores[likeliest()];
        double temperature = options.temperature();
        for (int i = 0; i < candidates; i++) {
            weights[i] = Weights.exp((scores[ids[i]] - most) / temperature);
        }
    }

    private double total() {
        double total = 0;
        for (int i = 0; i < candidates; i++) {
            total += weights[i];
        }
        return total;
    }

    private void keepTopP() {
        if (options.topP() == 1f) {
            return;
        }
        double total = total();
        // All tokens up to a weight of this bound have at most 1 - top-p together, so none of them stays; usually that
        // leaves a handful to sort.
        double bound = (1.0 - options.topP()) * total / candidates;
        if (ranks.length < candidates) {
            ranks = new long[candidates];
        }
        int sorted = 0;
        for (int i = 0; i < candidates; i++) {
            if (weights[i] > bound || weights[i] == 1.0) {
                ranks[sorted++] = rank(ids[i]);
            }
        }
        Arrays.sort(ranks, 0, sorted);
        double enough = options.topP() * total;
        double above = 0;
        int kept = 0;
        while (kept < sorted && (kept == 0 || above < enough)) {
            above += Weights.exp((scores[(int) ranks[kept]] - (double) scores[(int) ranks[0]]) / options.temperature());
            kept++;
        }
        long last = ranks[kept - 1];
        int left = 0;
        for (int i = 0; i < candidates; i++) {
            if (rank(ids[i]) <= last) {
                ids[left] = ids[i];
                weights[left++] = weights[i];
            }
        }
        candidates = left;
    }

    /** A number that is smaller for larger scores, and of equal scores for smaller ids; its low half is the id. */
    private long rank(int id) {
        int bits = Float.floatToRawIntBits(scores[id] + 0f); // makes +0 of -0, which is equal
        int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~ascending << 32) | id;
    }

    private void keepMinP() {
        if (options.minP() == 0f) {
            return;
        }
        int left = 0;
        for (int i = 0; i < candidates; i++) {
            if (weights[i] >= options.minP()) { // the largest weight is 1
                ids[left] = ids[i];
                weights[left++] = weights[i];
            }
        }
        candidates = left;
    }

    private int drawFrom(double unit) {
        double target = unit * total();
        double sum = 0;
        int token = ids[0];
        for (int i = 0; i < candidates && sum <= target; i++) {
            if (weights[i] > 0) {
                token = ids[i];
                sum += weights[i];
            }
        }
        return token;
    }
}
