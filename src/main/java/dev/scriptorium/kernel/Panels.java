package dev.scriptorium.kernel;

/**
 * The layout of all weights: rows in lanes.
 *
 * <p>A panel is 32 rows, two of the widest registers; the k-th weights of its rows lie side by side, so that a register
 * holds the same k of neighbouring outputs and no sum ever crosses lanes. Element (row, k) lies at {@code (row / 32 *
 * columns + k) * 32 + row % 32}. Rows that fill up the last panel are zeros.
 */
final class Panels {
    static final int ROWS = 32;

    private Panels() {}

    /** {@code size} rounded up to whole panels. */
    static int padded(int size) {
        return Math.addExact(size, ROWS - 1) & -ROWS;
    }

    /** Where weight (row, 0) lies. */
    static int offset(int row, int columns) {
        return row / ROWS * columns * ROWS + row % ROWS;
    }

    /** Elements that rows x columns take with padding. */
    static int elements(int rows, int columns) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    "a matrix of " + rows + " x " + columns + " has no weights; both must be at least 1");
        }
        long elements = (long) padded(rows) * columns;
        if (elements > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("a matrix of " + rows + " x " + columns
                    + " does not fit one array; rows times columns must be below 2^31");
        }
        return (int) elements;
    }

    static void checkRow(int row, int rows) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("row " + row + " of a matrix with " + rows + " rows");
        }
    }
}
