package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.ROWS;

import java.util.Set;

/** The readable twin: what the kernels compute, with nothing done for speed. */
public final class ScalarKernels implements Kernels {
    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public void shape(PackedRows rows, int tokens, int columns, Set<PackedRows.Form> forms) {
        rows.shape(tokens, columns, forms, false);
    }

    @Override
    public void product(Matrix weights, int panel, int endPanel, PackedRows x, float[] y, Scratch scratch) {
        int end = Math.min(endPanel * ROWS, weights.rows());
        if (weights instanceof Q4Matrix fourBits) {
            fourBitProduct(fourBits, panel * ROWS, end, x.rounded(), y);
        } else {
            plainProduct(weights, panel * ROWS, end, x, y);
        }
    }

    private static void plainProduct(Matrix weights, int firstRow, int endRow, PackedRows x, float[] y) {
        int columns = weights.columns();
        int yStride = Kernels.stride(weights.rows());
        float[] line = new float[columns];
        float[][] rows = new float[x.tokens()][columns];
        for (int token = 0; token < x.tokens(); token++) {
            x.row(token, rows[token]);
        }
        for (int row = firstRow; row < endRow; row++) {
            weights.row(row, line);
            for (int token = 0; token < x.tokens(); token++) {
                float sum = 0f;
                for (int k = 0; k < columns; k++) {
                    sum = Math.fma(line[k], rows[token][k], sum);
                }
                y[token * yStride + row] = sum;
            }
        }
    }

    private static void fourBitProduct(Q4Matrix weights, int firstRow, int endRow, RoundedRows x, float[] y) {
        int columns = weights.columns();
        int yStride = Kernels.stride(weights.rows());
        int[] rounded = new int[columns];
        float[] scales = new float[columns / RoundedRows.BLOCK];
        for (int token = 0; token < x.tiling().tokens(); token++) {
            x.row(token, rounded, scales);
            for (int row = firstRow; row < endRow; row++) {
                float sum = 0f;
                for (int column = 0; column < columns; column += RoundedRows.BLOCK) {
                    int products = 0;
                    for (int k = column; k < column + RoundedRows.BLOCK; k++) {
                        products += weights.quant(row, k) * rounded[k];
                    }
                    sum = Math.fma(products * scales[column / RoundedRows.BLOCK], weights.scale(row, column), sum);
                }
                y[token * yStride + row] = sum;
            }
        }
    }

    @Override
    public void rmsNorm(float[] x, int at, float[] weights, float epsilon, float[] y, Scratch scratch) {
        float[] sums = new float[SUM_LANES];
        for (int i = 0; i < weights.length; i++) {
            sums[i % SUM_LANES] = Math.fma(x[at + i], x[at + i], sums[i % SUM_LANES]);
        }
        float scale = normScale(fold(sums), weights.length, epsilon);
        for (int i = 0; i < weights.length; i++) {
            y[at + i] = x[at + i] * scale * weights[i];
        }
    }

    /** IEEE 754 demands correctly rounded roots and quotients, so this is the same everywhere. */
    static float normScale(float sumOfSquares, int size, float epsilon) {
        return (float) (1.0 / Math.sqrt(sumOfSquares / size + epsilon));
    }

    /** The sum of 16 accumulators, in halves; overwrites them. */
    static float fold(float[] sums) {
        for (int half = SUM_LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[i] += sums[i + half];
            }
        }
        return sums[0];
    }

    @Override
    public void softmax(float[] values, int at, int size, Scratch scratch) {
        float max = values[at];
        for (int i = 1; i < size; i++) {
            max = Math.max(max, values[at + i]);
        }
        float[] sums = new float[SUM_LANES];
        for (int i = 0; i < size; i++) {
            values[at + i] = Exp.exp(values[at + i] - max);
            sums[i % SUM_LANES] += values[at + i];
        }
        float share = 1f / fold(sums);
        for (int i = 0; i < size; i++) {
            values[at + i] *= share;
        }
    }

    @Override
    public void swiglu(float[] gate, float[] up, int at, int size, Scratch scratch) {
        for (int i = at; i < at + size; i++) {
            gate[i] = silu(gate[i]) * up[i];
        }
    }

    static float silu(float x) {
        return x / (1f + Exp.exp(-x));
    }

    @Override
    public void scores(Head head, float[] query, int at, float[][] blocks, int keysAt, int positions, float[] scores) {
        for (int position = 0; position < positions; position++) {
            float[] keys = blocks[position / BLOCK_POSITIONS];
            float sum = 0f;
            for (int d = 0; d < head.size(); d++) {
                int key = keysAt + d * BLOCK_POSITIONS + position % BLOCK_POSITIONS;
                sum = Math.fma(query[at + d], keys[key], sum);
            }
            scores[position] = sum * head.scale();
        }
    }

    @Override
    public void mix(float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out) {
        for (int d = 0; d < width; d++) {
            float sum = 0f;
            for (int position = 0; position < positions; position++) {
                int value = valuesAt + position % BLOCK_POSITIONS * width + d;
                sum = Math.fma(shares[position], blocks[position / BLOCK_POSITIONS][value], sum);
            }
            out[d] = sum;
        }
    }
}
