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

    /** Loops take a vector of the panel's first half of rows together with the one as far into the second half. */
    static final int HALF = ROWS / 2;

    private static final int BLOCK = 32; // columns

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

    /** Lays rows side by side from {@code at} on, a block of columns at a time, so that what is written stays near. */
    static void interleave(byte[][] lines, int count, byte[] into, int at) {
        int columns = lines[0].length;
        for (int start = 0; start < columns; start += BLOCK) {
            int end = Math.min(start + BLOCK, columns);
            for (int row = 0; row < count; row++) {
                byte[] line = lines[row];
                for (int k = start; k < end; k++) {
                    into[at + row + k * ROWS] = line[k];
                }
            }
        }
    }

    static void interleave(short[][] lines, int count, short[] into, int at) {
        int columns = lines[0].length;
        for (int start = 0; start < columns; start += BLOCK) {
            int end = Math.min(start + BLOCK, columns);
            for (int row = 0; row < count; row++) {
                short[] line = lines[row];
                for (int k = start; k < end; k++) {
                    into[at + row + k * ROWS] = line[k];
                }
            }
        }
    }

    static void interleave(float[][] lines, int count, float[] into, int at) {
        int columns = lines[0].length;
        for (int start = 0; start < columns; start += BLOCK) {
            int end = Math.min(start + BLOCK, columns);
            for (int row = 0; row < count; row++) {
                float[] line = lines[row];
                for (int k = start; k < end; k++) {
                    into[at + row + k * ROWS] = line[k];
                }
            }
        }
    }
}
