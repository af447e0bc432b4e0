package dev.scriptorium.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Transformers' processors, step by step in f64, as their Python reads: every step sets what it removes to minus
 * infinity, top-p sorts all and adds up from the smallest.
 */
final class NaiveSampler {
    private final SamplerOptions options;
    private final Set<Integer> seen = new TreeSet<>();
    private final List<Integer> output = new ArrayList<>();

    NaiveSampler(SamplerOptions options) {
        this.options = options;
    }

    void prompt(int[] ids) {
        for (int id : ids) {
            seen.add(id);
        }
    }

    void output(int id) {
        seen.add(id);
        output.add(id);
    }

    /**
     * Probabilities of all tokens; 0 for those removed.
     *
     * @param slack moves the two bounds that sums of roundings could decide otherwise
     */
    double[] probabilities(float[] logits, double slack) {
        double[] scores = penalised(logits);
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= options.temperature();
        }
        topK(scores);
        topP(scores, slack);
        minP(scores, slack);
        return softmax(scores);
    }

    double[] penalised(float[] logits) {
        double[] scores = new double[logits.length];
        for (int id = 0; id < logits.length; id++) {
            float score = logits[id];
            if (seen.contains(id)) {
                score = score < 0 ? score * options.repetitionPenalty() : score / options.repetitionPenalty();
            }
            int count = 0;
            for (int token : output) {
                count += token == id ? 1 : 0;
            }
            if (count > 0) {
                score = score - count * options.frequencyPenalty() - options.presencePenalty();
            }
            scores[id] = score;
        }
        return scores;
    }

    private void topK(double[] scores) {
        if (options.topK() == 0) {
            return;
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double threshold = sorted[Math.max(0, sorted.length - options.topK())];
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] < threshold) {
                scores[i] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    private void topP(double[] scores, double slack) {
        if (options.topP() == 1f) {
            return;
        }
        double[] probabilities = softmax(scores);
        Integer[] ascending = new Integer[scores.length];
        Arrays.setAll(ascending, i -> i);
        Arrays.sort(
                ascending,
                Comparator.<Integer>comparingDouble(i -> scores[i]).thenComparing(Comparator.reverseOrder()));
        double cumulative = 0;
        for (int i = 0; i < ascending.length - 1; i++) {
            cumulative += probabilities[ascending[i]];
            if (cumulative <= 1 - (double) options.topP() + slack) {
                scores[ascending[i]] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    private void minP(double[] scores, double slack) {
        double[] probabilities = softmax(scores);
        double most = Arrays.stream(probabilities).max().orElseThrow();
        for (int i = 0; i < scores.length; i++) {
            if (probabilities[i] < options.minP() * most * (1 + slack)) {
                scores[i] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    static double[] softmax(double[] scores) {
        double most = Arrays.stream(scores).max().orElseThrow();
        double[] shares = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            shares[i] = Math.exp(scores[i] - most);
            sum += shares[i];
        }
        for (int i = 0; i < scores.length; i++) {
            shares[i] /= sum;
        }
        return shares;
    }
}
