package dev.scriptorium.dataset.evaluation;

/**
 * The share of questions that were answered right.
 *
 * @param value 0 to 1; 0 of no question
 * @param stderr its standard error, from the sample's deviation; 0 of fewer than two questions
 */
public record Accuracy(double value, double stderr) {
    /** @param right how many of all */
    public static Accuracy of(long right, long all) {
        if (all == 0) {
            return new Accuracy(0, 0);
        }
        double mean = (double) right / all;
        // Of values that are 0 or 1 the sample's variance is n/(n-1) m(1-m).
        double stderr = all < 2 ? 0 : Math.sqrt(mean * (1 - mean) / (all - 1));
        return new Accuracy(mean, stderr);
    }
}
