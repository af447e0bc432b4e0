package dev.scriptorium.model;

import dev.scriptorium.kernel.Matrix;

/** The textbook in f64, one token at a time, with no cache, no blocks and no kernels: what the model must come near. */
final class NaiveLlama {
    private final LlamaConfig config;
    private final LlamaWeights weights;

    NaiveLlama(LlamaConfig config, LlamaWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** Logits after the last of the tokens. */
    double[] logits(int[] tokens) {
        int count = tokens.length;
        double[][] x = new double[count][];
        for (int t = 0; t < count; t++) {
            x[t] = row(weights.embedding(), tokens[t]);
        }
        for (LlamaWeights.Layer layer : weights.layers()) {
            double[][] q = new double[count][];
            double[][] k = new double[count][];
            double[][] v = new double[count][];
            for (int t = 0; t < count; t++) {
                double[] normed = norm(x[t], layer.attentionNorm());
                q[t] = rotated(product(layer.query(), normed), t);
                k[t] = rotated(product(layer.key(), normed), t);
                v[t] = product(layer.value(), normed);
            }
            for (int t = 0; t < count; t++) {
                add(x[t], product(layer.attentionOutput(), attention(q[t], k, v, t)));
                double[] normed = norm(x[t], layer.feedForwardNorm());
                double[] gate = product(layer.gate(), normed);
                double[] up = product(layer.up(), normed);
                for (int i = 0; i < gate.length; i++) {
                    gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
                }
                add(x[t], product(layer.down(), gate));
            }
        }
        return product(weights.output(), norm(x[count - 1], weights.outputNorm()));
    }

    private double[] attention(double[] q, double[][] k, double[][] v, int last) {
        int size = config.headSize();
        double[] out = new double[config.querySize()];
        for (int head = 0; head < config.heads(); head++) {
            int shared = head * config.keyValueHeads() / config.heads() * size;
            double[] shares = new double[last + 1];
            double sum = 0;
            for (int t = 0; t <= last; t++) {
                double score = 0;
                for (int d = 0; d < size; d++) {
                    score += q[head * size + d] * k[t][shared + d];
                }
                shares[t] = Math.exp(score / Math.sqrt(size));
                sum += shares[t];
            }
            for (int t = 0; t <= last; t++) {
                for (int d = 0; d < size; d++) {
                    out[head * size + d] += shares[t] / sum * v[t][shared + d];
                }
            }
        }
        return out;
    }

    private double[] rotated(double[] x, int position) {
        int half = config.headSize() / 2;
        double[] turned = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int within = i % config.headSize();
            double angle = position * Math.pow(config.ropeTheta(), -2.0 * (within % half) / config.headSize());
            double other = within < half ? -x[i + half] : x[i - half];
            turned[i] = x[i] * Math.cos(angle) + other * Math.sin(angle);
        }
        return turned;
    }

    private double[] norm(double[] x, float[] norm) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double[] normed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            normed[i] = x[i] / Math.sqrt(squares / x.length + config.rmsNormEpsilon()) * norm[i];
        }
        return normed;
    }

    private static double[] product(Matrix matrix, double[] x) {
        double[] y = new double[matrix.rows()];
        for (int row = 0; row < y.length; row++) {
            double[] w = row(matrix, row);
            for (int k = 0; k < x.length; k++) {
                y[row] += w[k] * x[k];
            }
        }
        return y;
    }

    private static double[] row(Matrix matrix, int row) {
        float[] values = new float[matrix.columns()];
        matrix.row(row, values);
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }
}
