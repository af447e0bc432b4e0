package dev.scriptorium.kernel;

/**
 * The arithmetic of the forward pass, as two twins that agree bit for bit.
 *
 * <p>The law: an output of a product is one sequential chain, {@code y = fma(w[k], x[k], y)} for k = 0, 1, 2, … from
 * +0, where w[k] is the weight widened to f32. A sum over a vector goes into 16 logical accumulators, element i into
 * accumulator i % 16, which are then folded in halves (8, 4, 2, 1). So no result depends on lanes, threads or batch.
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

    /** Distance of two rows of activations of {@code size} elements: the size rounded up to 32. */
    static int stride(int size) {
        return Panels.padded(size);
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

    /** Room that one thread needs while it computes a product. */
    final class Scratch {
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

    /** Makes {@code rows} the right shape for x of a product; to be filled before it is used. */
    void shape(PackedRows rows, int tokens, int columns);

    /**
     * y[token][row] = Σ weights[row][k] x[token][k] for the given panels of rows.
     *
     * @param panels first panel and the one after the last, of {@link #panels}
     * @param x all tokens, each of as many columns as the weights have
     * @param y (tokens, stride(rows)), padding of the last panel included
     */
    void product(Matrix weights, Range panels, PackedRows x, float[] y, Scratch scratch);

    /** From {@code start} to just before {@code end}. */
    record Range(int start, int end) {
        /** The share of one thread in {@code items}; the shares of all parts make up the whole. */
        public static Range share(int items, int part, int parts) {
            return new Range((int) ((long) items * part / parts), (int) ((long) items * (part + 1) / parts));
        }
    }

    /** y[at + i] = x[at + i] / sqrt(mean(x²) + epsilon) * weights[i], for as many elements as there are weights. */
    void rmsNorm(float[] x, int at, float[] weights, float epsilon, float[] y);

    /** values[at + i] = exp(values[at + i] - max) / Σ exp, for i below {@code size}, which is at least 1. */
    void softmax(float[] values, int at, int size);

    /** gate[at + i] = silu(gate[at + i]) * up[at + i], where silu(g) = g / (1 + exp(-g)). */
    void swiglu(float[] gate, float[] up, int at, int size);

    /**
     * scores[to + p] = scale * Σ query[at + d] keys[keysAt + 16 d + p] over d below {@code head.size()}, for the 16
     * positions p of one block; the sum by the law of products, then one product with the scale.
     *
     * @param keys holds (head.size(), 16 positions) at {@code keysAt}
     */
    void scores(Head head, float[] query, int at, float[] keys, int keysAt, float[] scores, int to);

    /** @param scale of the scores, 1 / sqrt(size) */
    record Head(int size, float scale) {}

    /**
     * out[d] += Σ shares[at + p] values[valuesAt + p width + d] for d below {@code width}, one sequential chain over p
     * that goes on from what lies in out.
     *
     * @param positions how many of the block's 16 positions count
     * @param width elements a position, a multiple of 16
     */
    void mix(float[] shares, int at, int positions, float[] values, int valuesAt, int width, float[] out);

    /** x[i] += y[i] in the range; there is no order to keep, so one plain loop serves both twins. */
    default void add(float[] x, float[] y, Range range) {
        for (int i = range.start(); i < range.end(); i++) {
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
