package dev.scriptorium.kernel;

/**
 * The inner loops of the vector twin, for one register width, and those of products for one kind of weight too. They
 * are small and few on purpose: C2 keeps vectors in registers only in methods it can swallow whole.
 *
 * <p>A loop that takes several vectors and finds no more rows or tokens computes the last ones again: the same bits go
 * to the same place, and no loop needs a remainder.
 */
interface LaneLoops {
    /** One token. */
    interface Lines {
        int chunksAtOnce();

        /**
         * y for {@link #chunksAtOnce} chunks of rows, none after {@code lastChunk}. A chunk is a vector of rows of a
         * panel's first half and the one as far into its second half; a panel has 16 / lanes of them.
         */
        void line(Weights weights, int chunk, int lastChunk, PackedRows x, float[] y);
    }

    /** Some tokens by one or more chunks of rows, the accumulators in registers while they sum up, added to y. */
    interface Tiles {
        /** Chunks that a tile computes at once: that of its panel and lane, and those that follow. */
        int tileChunks();

        /** @param tokens of x's tile: 4, 6, 8 or 12, of which the tile may use fewer */
        void tile(int tokens, Tile tile, Weights weights, PackedRows x, float[] y);
    }

    /**
     * Weights once through memory, for so many tokens that this costs less than widening for each; all Tiles but
     * Q4_0's.
     */
    interface Slices {
        /** Writes columns {@code start .. end} of a panel to (column - start, rows of a panel). */
        void widen(Weights weights, int panel, int start, int end, float[] into);
    }

    /** What a tile multiplies; its fields change from tile to tile. */
    final class Tile {
        int panel;
        int lastPanel; // where several are computed at once, none after it
        int lane; // first row within each half of the panel
        int start; // first column
        int end; // the one after the last
        int x; // where the tokens' x for the first column lie
        int y; // of the first token, first row
        int yStride;
        int lastToken; // that counts; those after it are copies of it
        int ahead; // elements from what is read to what is fetched; 0 where weights are near
        /**
         * Always 0: no lane of a store that is made for the line of memory that it fetches. A constant would be
         * unpacked again for each store.
         */
        long noLanes;

        /** Of loops that sum up in 16 bits, for as many columns as are taken at once: (block, token, chunk, row). */
        final short[] sums = new short[VectorKernels.COLUMNS_AT_ONCE / RoundedRows.BLOCK * 8 * 2 * Panels.ROWS];

        /** Of the weights of such loops: (block, chunk, row). */
        final float[] scales = new float[VectorKernels.COLUMNS_AT_ONCE / RoundedRows.BLOCK * 2 * Panels.ROWS];
    }

    /** What is done to rows of activations between the products, and attention. */
    interface Rows {
        float sumOfSquares(float[] x, int at, int size, float[] sums);

        /** values[at + i] = exp(values[at + i] - max); returns their sum. */
        float exponentials(float[] values, int at, int size, float[] sums);

        void scale(float[] x, int at, int size, float factor);

        void scaleBy(float[] x, int at, float factor, float[] weights, float[] y);

        /** @param room for exponentials, as many at a time as it takes */
        void swiglu(float[] gate, float[] up, int at, int size, float[] room);

        void scores(
                Kernels.Head head, float[] query, int at, float[][] blocks, int keysAt, int positions, float[] scores);

        void mix(float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out);
    }
}
