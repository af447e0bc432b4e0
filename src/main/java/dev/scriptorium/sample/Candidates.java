package dev.scriptorium.sample;

import java.util.Arrays;

/**
 * The tokens that one draw is from, as Transformers' warpers leave them.
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
 * <p>All is f64 but the scores themselves. Keeps its arrays from one draw to the next; one thread at a time.
 */
final class Candidates {
    private final SamplerOptions options;
    private final int vocabularySize;
    private final Largest largest = new Largest();
    private float[] scores = {}; // (id), those of the draw at hand
    // what is left, in the order of the ids; as large as was needed so far
    private int[] ids = {};
    private double[] weights = {};
    private long[] ranks = {};
    private int count;

    Candidates(SamplerOptions options, int vocabularySize) {
        this.options = options;
        this.vocabularySize = vocabularySize;
    }

    /** @param scores (vocabularySize) after penalties; minus infinity for what is forbidden; not changed */
    void narrow(float[] scores) {
        this.scores = scores;
        keepTopK();
        weigh();
        keepTopP();
        keepMinP();
    }

    /** How many tokens are left, at least one. */
    int count() {
        return count;
    }

    /** The token at a place from 0 to count - 1; ids ascend. */
    int id(int place) {
        return ids[place];
    }

    /** Its share of the largest probability: above 0 and at most 1, or 0 where it is too small for a number. */
    double weight(int place) {
        return weights[place];
    }

    private void keepTopK() {
        boolean all = options.topK() == 0 || options.topK() >= vocabularySize;
        float least = all ? Float.NEGATIVE_INFINITY : largest.threshold(scores, options.topK());
        grow(all ? vocabularySize : options.topK());
        count = 0;
        for (int id = 0; id < vocabularySize; id++) {
            if (scores[id] >= least) {
                grow(count + 1);
                ids[count++] = id;
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
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, scores[ids[i]]);
        }
        double temperature = options.temperature();
        for (int i = 0; i < count; i++) {
            weights[i] = Weights.exp((scores[ids[i]] - (double) most) / temperature);
        }
    }

    private double total() {
        double total = 0;
        for (int i = 0; i < count; i++) {
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
        double bound = (1.0 - options.topP()) * total / count;
        if (ranks.length < count) {
            ranks = new long[count];
        }
        int sorted = 0;
        for (int i = 0; i < count; i++) {
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
        for (int i = 0; i < count; i++) {
            if (rank(ids[i]) <= last) {
                ids[left] = ids[i];
                weights[left++] = weights[i];
            }
        }
        count = left;
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
        for (int i = 0; i < count; i++) {
            if (weights[i] >= options.minP()) { // the largest weight is 1
                ids[left] = ids[i];
                weights[left++] = weights[i];
            }
        }
        count = left;
    }

    /** @param unit at least 0 and below 1 */
    int draw(double unit) {
        double target = unit * total();
        double sum = 0;
        int token = ids[0];
        for (int i = 0; i < count && sum <= target; i++) {
            if (weights[i] > 0) {
                token = ids[i];
                sum += weights[i];
            }
        }
        return token;
    }
}
