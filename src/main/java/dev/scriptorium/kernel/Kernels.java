package dev.scriptorium.kernel;

import java.util.Set;

/**
 * The arithmetic of the forward pass, as two twins that agree bit for bit.
 *
 * <p>The law: an output of a product is one sequential chain, {@code y = fma(w[k], x[k], y)} for k = 0, 1, 2, … from
 * +0, where w[k] is the weight widened to f32. Weights of four bits (Q4_0) have a law of their own: x is rounded to
 * eight bits in blocks of 32, as {@link RoundedRows} says; the integers of a block are multiplied and summed exactly,
 * and {@code y = fma(sum * scale of x, scale of w, y)}, block after block. A sum over a vector goes into 16 logical
 * accumulators, element i into accumulator i % 16, which are then folded in halves (8, 4, 2, 1). So no result depends
 * on lanes, threads or batch.
 *
 * <p>Activations are rows of floats, one row a token, each row padded to {@link #stride}; what lies in the padding has
 * no meaning. Nothing here starts a thread; several threads may call one object at once, each with its own output rows
 * and its own {@link Scratch}.
 */
public sealed interface Kernels permits ScalarKernels, VectorKernels {
    /** Positions of one block of keys or values. */
    int BLOCK_POSITIONS = 16;

    /** Logical accumulators of a sum over a vector. */
    int SUM_LANES = 16;

    /**
     * Distance of two rows of activations of {@code size} elements: the size rounded up to 32, and 32 more where rows
     * would lie a multiple of 4 KiB apart. A tile of tokens writes the same columns of all its rows, and then each of
     * them would drive the others out of the same few places of a cache.
     */
    static int stride(int size) {
        int padded = Panels.padded(size);
        return padded % Panels.PAGE_FLOATS == 0 ? Math.addExact(padded, Panels.ROWS) : padded;
    }

    /** Panels of 32 rows that a matrix of so many rows has; splitting them splits a product among threads. */
    static int panels(int rows) {
        return Panels.padded(rows) / Panels.ROWS;
    }

    /** The first row of a panel. */
    static int firstRow(int panel) {
        return panel * Panels.ROWS;
    }

    /** Which twin, and how wide, for logs. */
    String name();

    /** Room that one thread needs while it computes, so that the fast twin makes no garbage. */
    final class Scratch {
        final float[] sums = new float[SUM_LANES];
        final float[] exponentials = new float[1024];
        final LaneLoops.Tile tile = new LaneLoops.Tile();
        final float[] line = new float[Panels.ROWS];
        private Weights panel = Weights.f32(0, new float[0]); // widened

        /** Room for so many columns of one panel in f32; the one object that the last call gave, if it is the same. */
        Weights panel(int columns) {
            if (panel.columns() != columns) {
                int size = columns * Panels.ROWS;
                panel = Weights.f32(columns, panel.floats().length >= size ? panel.floats() : new float[size]);
            }
            return panel;
        }
    }

    /**
     * Makes {@code rows} the right shape for x of a product; to be filled before it is used.
     *
     * @param forms that the matrices ask for which are going to be multiplied by it
     */
    void shape(PackedRows rows, int tokens, int columns, Set<PackedRows.Form> forms);

    /**
     * y[token][row] = Σ weights[row][k] x[token][k] for the given panels of rows.
     *
     * @param panel the first
     * @param endPanel the one after the last, at most {@link #panels}
     * @param x all tokens, each of as many columns as the weights have
     * @param y (tokens, stride(rows)), padding of the last panel included
     */
    void product(Matrix weights, int panel, int endPanel, PackedRows x, float[] y, Scratch scratch);

    /** The first item of one thread's share, which ends where the next one's begins; the parts make up the whole. */
    static int share(int items, int part, int parts) {
        return (int) ((long) items * part / parts);
    }

    /** y[at + i] = x[at + i] / sqrt(mean(x²) + epsilon) * weights[i], for as many elements as there are weights. */
    void rmsNorm(float[] x, int at, float[] weights, float epsilon, float[] y, Scratch scratch);

    /** values[at + i] = exp(values[at + i] - max) / Σ exp, for i below {@code size}, which is at least 1. */
    void softmax(float[] values, int at, int size, Scratch scratch);

    /** gate[at + i] = silu(gate[at + i]) * up[at + i], where silu(g) = g / (1 + exp(-g)). */
    void swiglu(float[] gate, float[] up, int at, int size, Scratch scratch);

    /**
     * scores[p] = scale * Σ query[at + d] key[d] over d below {@code head.size()}, for all positions p; the sum by the
     * law of products, then one product with the scale. What it writes behind them, up to a whole block, has no
     * meaning.
     *
     * @param blocks each holds (head.size(), 16 positions) keys at {@code keysAt}
     * @param positions 1 or more
     */
    void scores(Head head, float[] query, int at, float[][] blocks, int keysAt, int positions, float[] scores);

    /** @param scale of the scores, 1 / sqrt(size) */
    record Head(int size, float scale) {}

    /**
     * out[d] = Σ shares[p] value[d] for d below {@code width}, one sequential chain over all positions p from +0.
     *
     * @param blocks each holds (16 positions, width) values at {@code valuesAt}
     * @param width elements a position, a multiple of 32
     */
    void mix(float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out);

    /**
     * x[i] += y[i] from {@code start} to just before {@code end}; there is no order to keep, so one plain loop serves
     * both twins.
     */
    default void add(float[] x, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            x[i] += y[i];
        }
    }

    /**
     * Turns the pair (i, i + half) of one head by the angle of its position; every product and sum rounds by itself.
     *
     * @param cosines the angle's cosine for pair i lies at {@code angleAt + i}, its sine likewise
     */
    default void rotate(float[] x, int at, int half, float[] cosines, float[] sines, int angleAt) {
        for (int i = 0; i < half; i++) {
            float cosine = cosines[angleAt + i];
            float sine = sines[angleAt + i];
            float first = x[at + i];
            float second = x[at + half + i];
            x[at + i] = first * cosine - second * sine;
            x[at + half + i] = second * cosine + first * sine;
        }
    }
}
