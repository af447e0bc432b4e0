package dev.scriptorium.kernel;

/** Weights in f32, as they are. */
public final class F32Matrix implements Matrix {
    private final int rows;
    private final int columns;
    final Weights weights;

    private F32Matrix(int rows, int columns, float[] weights) {
        this.rows = rows;
        this.columns = columns;
        this.weights = Weights.f32(columns, weights);
    }

    /** Where rows come from while a matrix is packed, in the order 0, 1, 2, … */
    public interface Rows {
        /** Writes the row to {@code into[0 .. columns)}. */
        void read(int row, float[] into);
    }

    public static F32Matrix pack(int rows, int columns, Rows source) {
        float[] weights = new float[Panels.elements(rows, columns)];
        float[] line = new float[columns];
        for (int row = 0; row < rows; row++) {
            source.read(row, line);
            int at = Panels.offset(row, columns);
            for (int k = 0; k < columns; k++) {
                weights[at + k * Panels.ROWS] = line[k];
            }
        }
        return new F32Matrix(rows, columns, weights);
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
        return (long) weights.floats().length * Float.BYTES;
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        int at = Panels.offset(row, columns);
        for (int k = 0; k < columns; k++) {
            into[k] = weights.floats()[at + k * Panels.ROWS];
        }
    }
}
