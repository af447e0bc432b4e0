package dev.scriptorium.kernel;

/**
 * The inner loops of the vector twin, for one register width. They are small and few on purpose: C2 keeps vectors in
 * registers only in methods it can swallow whole.
 *
 * <p>"Row" below is a row of the matrix at which a vector starts, a multiple of {@link Products#lanes}. A loop that
 * takes several vectors and finds no more rows or tokens computes the last ones again: the same bits go to the same
 * place, and no loop needs a remainder.
 */
interface LaneLoops {
    /** Matrix products. */
    interface Products {
        int lanes();

        /** One token: y[yAt + row ..] for four vectors of rows from {@code row} on, none after {@code lastRow}. */
        void line(F32Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt);

        void line(Bf16Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt);

        void line(Q8Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt);

        /** Widens {@code count} elements; bfloat16 needs neither row nor column to do so. */
        void widen(short[] weights, int at, int count, float[] into, int to);

        /** Widens columns {@code start .. end}, which begin and end with a block, of one panel of 16 rows. */
        void widen(Q8Matrix weights, int panel, int start, int end, float[] into, int to);

        /** Six tokens, or fewer, by two vectors of rows. */
        void tile6(Tile tile, float[] weights, float[] x, float[] y);

        /** Three tokens, or fewer, by two vectors of rows. */
        void tile3(Tile tile, float[] weights, float[] x, float[] y);
    }

    /**
     * What a tile multiplies. Its fields change from tile to tile, and that is the point: C2 must not see a constant
     * distance between the rows of x, or it folds them onto one base and spills an accumulator every k.
     */
    final class Tile {
        int first; // where the first vector's weight for the first k lies; the next k is 16 further
        int second; // the second vector's
        int columns; // k to go through
        int x; // of the first token, first k
        int xStride;
        int y; // of the first token, first vector of rows
        int ySecond; // of the first token, second vector of rows
        int yStride;
        int lastToken; // 0 to 5
        boolean fromZero; // else goes on from what lies in y
    }

    /** What is done to rows of activations between the products, and attention. */
    interface Rows {
        float sumOfSquares(float[] x, int at, int size);

        /** values[at + i] = exp(values[at + i] - max); returns their sum. */
        float exponentials(float[] values, int at, int size);

        void scale(float[] x, int at, int size, float factor);

        void scaleBy(float[] x, int at, float factor, float[] weights, float[] y);

        void swiglu(float[] gate, float[] up, int at, int size);

        void scores(Kernels.Head head, float[] query, int at, float[] keys, int keysAt, float[] scores, int to);

        void mix(float[] shares, int at, int positions, float[] values, int valuesAt, int width, float[] out);
    }
}
