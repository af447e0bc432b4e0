package dev.scriptorium.sample;

/**
 * The natural logarithms of the probabilities that one row of logits gives to the tokens: log-softmax, without
 * penalties, temperature or truncation. Sums are f64 in the order of the ids, exp is our own, log is StrictMath's, so
 * equal logits give equal bits everywhere; the result is rounded to f32.
 */
public final class LogProbabilities {
    private final float[] logits;
    private final int offset;
    private final int size;
    private final double most;
    private final double logSum;

    /**
     * @param logits (size) at {@code offset}; must not change while this is in use
     * @throws NonFiniteLogitsException if a logit is infinite or not a number
     */
    public LogProbabilities(float[] logits, int offset, int size) {
        this.logits = logits;
        this.offset = offset;
        this.size = size;
        double largest = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < size; id++) {
            float logit = logits[offset + id];
            if (!Float.isFinite(logit)) {
                throw new NonFiniteLogitsException(id, logit);
            }
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (int id = 0; id < size; id++) {
            sum += Weights.exp(logits[offset + id] - largest);
        }
        this.most = largest;
        this.logSum = StrictMath.log(sum);
    }

    /** At most 0. */
    public float of(int id) {
        return (float) Math.min(0.0, logits[offset + id] - most - logSum) + 0f; // makes +0 of -0
    }

    /** The ids of the likeliest tokens, the likeliest first, of equal ones the smaller id first. */
    public int[] likeliest(int count) {
        int[] ids = new int[Math.min(count, size)];
        int found = 0;
        for (int id = 0; id < size; id++) {
            float logit = logits[offset + id];
            if (found == ids.length && (found == 0 || logit <= logits[offset + ids[found - 1]])) {
                continue;
            }
            int at = found < ids.length ? found++ : found - 1;
            while (at > 0 && logit > logits[offset + ids[at - 1]]) {
                ids[at] = ids[at - 1];
                at--;
            }
            ids[at] = id;
        }
        return ids;
    }
}
