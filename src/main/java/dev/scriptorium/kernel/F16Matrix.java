package dev.scriptorium.kernel;

/** Weights in IEEE 754's binary16. */
public final class F16Matrix implements Matrix.Widened {
    private final int rows;
    private final int columns;
    private final short[] weights; // (panel, column, rows of a panel)

    private F16Matrix(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.weights = new short[Panels.elements(rows, columns)];
    }

    /** Where rows come from while a matrix is packed, in ascending order within a piece */
    public interface Rows {
        /** Writes the row to {@code into[0 .. columns)}. */
        void read(int row, short[] into);
    }

    public static Matrix pack(int rows, int columns, Rows source) {
        return packing(rows, columns).all(source);
    }

    /** A matrix of zeros, to be filled. */
    public static Matrix.Packing<Rows> packing(int rows, int columns) {
        F16Matrix matrix = new F16Matrix(rows, columns);
        return new Matrix.Packing<>(matrix, matrix::fill);
    }

    private void fill(int first, int end, Rows source) {
        short[][] lines = new short[Panels.ROWS][columns];
        for (int row = first; row < end; row += Panels.ROWS) {
            int count = Math.min(Panels.ROWS, end - row);
            for (int i = 0; i < count; i++) {
                source.read(row + i, lines[i]);
            }
            Panels.interleave(lines, count, weights, Panels.offset(row, columns));
        }
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
        return (long) weights.length * Short.BYTES;
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        int at = Panels.offset(row, columns);
        for (int k = 0; k < columns; k++) {
            into[k] = Float.float16ToFloat(weights[at + k * Panels.ROWS]);
        }
    }

    @Override
    public void widen(int panel, int start, int end, float[] into, int to) {
        int at = (panel * columns + start) * Panels.ROWS;
        int count = (end - start) * Panels.ROWS;
        for (int i = 0; i < count; i++) {
            into[to + i] = Float.float16ToFloat(weights[at + i]); // C2 has an instruction for it
        }
    }
}
