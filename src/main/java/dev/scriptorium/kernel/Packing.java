package dev.scriptorium.kernel;

/**
 * A matrix that is being filled. Several threads may fill it at once, each with its own panels; nobody may use the
 * matrix before all of them have finished.
 *
 * @param matrix zeros where nothing was packed
 * @param rows packs
 * @param <S> where rows come from
 */
public record Packing<S>(Matrix matrix, Rows<S> rows) {
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
