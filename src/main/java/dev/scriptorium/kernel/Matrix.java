package dev.scriptorium.kernel;

/** Read-only weights of shape (rows, columns), repacked for the kernels; y = W x has one element a row. */
public sealed interface Matrix permits F32Matrix, Bf16Matrix, Q8Matrix, Q4Matrix, Matrix.Widened {
    int rows();

    int columns();

    /** Heap bytes that the weights take, padding included. */
    long bytes();

    /** Writes one row, widened to f32, to {@code into[0 .. columns)}: the embedding of a token. */
    void row(int row, float[] into);

    /**
     * Weights that become f32 a piece of a panel at a time before they are multiplied, in plain loops that both twins
     * share. So a kind of weight needs no loops of its own for each register width.
     */
    sealed interface Widened extends Matrix permits F16Matrix, PackedMatrix {
        /**
         * Widens columns {@code start .. end} of all rows of one panel: the k-th weights of its rows side by side, as
         * the panel has them.
         *
         * @param start begins a block of the kind, as {@code end} ends one or the row
         */
        void widen(int panel, int start, int end, float[] into, int to);
    }

    /**
     * A matrix that is being filled. Several threads may fill it at once, each with its own panels; nobody may use the
     * matrix before all of them have finished.
     *
     * @param matrix zeros where nothing was packed
     * @param rows packs
     * @param <S> where rows come from
     */
    record Packing<S>(Matrix matrix, Rows<S> rows) {
        /** Packs some rows. */
        public interface Rows<S> {
            /**
             * @param first begins a panel: a multiple of {@link #PANEL_ROWS}
             * @param end the row after the last: begins a panel too, or is the matrix's number of rows
             */
            void pack(int first, int end, S source);
        }

        /** Rows that lie together; those of one panel are packed by one thread. */
        public static final int PANEL_ROWS = Panels.ROWS;

        /** Packs all rows. */
        Matrix all(S source) {
            rows.pack(0, matrix.rows(), source);
            return matrix;
        }
    }
}
