package dev.scriptorium.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

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

    /** Elements of 4 KiB. */
    static final int PAGE_FLOATS = 1024;

    private static final int BLOCK = 32; // columns

    private static final int SQUARE = Long.BYTES; // rows and columns that are turned at once
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long BYTES = 0x00ff00ff00ff00ffL; // every other one
    private static final long SHORTS = 0x0000ffff0000ffffL;
    private static final long INTS = 0x00000000ffffffffL;

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
        if (elements > Integer.MAX_VALUE - 64 - Weights.BEHIND) {
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

    /**
     * Lays rows side by side from {@code at} on, a block of columns at a time, so that what is written stays near.
     *
     * @param lines of whole blocks
     */
    static void interleave(byte[][] lines, int count, byte[] into, int at) {
        int columns = lines[0].length;
        int squareRows = count & -SQUARE;
        for (int start = 0; start < columns; start += BLOCK) {
            for (int row = 0; row < squareRows; row += SQUARE) {
                for (int k = start; k < start + BLOCK; k += SQUARE) {
                    transpose(lines, row, k, into, at + row + k * ROWS);
                }
            }
            for (int row = squareRows; row < count; row++) {
                for (int k = start; k < start + BLOCK; k++) {
                    into[at + row + k * ROWS] = lines[row][k];
                }
            }
        }
    }

    /**
     * Eight columns of eight rows: a long has a row's, then a column's; halves of them change places in three steps.
     */
    private static void transpose(byte[][] lines, int row, int k, byte[] into, int at) {
        long a = (long) LONGS.get(lines[row], k);
        long b = (long) LONGS.get(lines[row + 1], k);
        long c = (long) LONGS.get(lines[row + 2], k);
        long d = (long) LONGS.get(lines[row + 3], k);
        long e = (long) LONGS.get(lines[row + 4], k);
        long f = (long) LONGS.get(lines[row + 5], k);
        long g = (long) LONGS.get(lines[row + 6], k);
        long h = (long) LONGS.get(lines[row + 7], k);
        long ab = upper(a, b, 8, BYTES);
        long cd = upper(c, d, 8, BYTES);
        long ef = upper(e, f, 8, BYTES);
        long gh = upper(g, h, 8, BYTES);
        a = lower(a, b, 8, BYTES);
        c = lower(c, d, 8, BYTES);
        e = lower(e, f, 8, BYTES);
        g = lower(g, h, 8, BYTES);
        long ac = upper(a, c, 16, SHORTS);
        long abcd = upper(ab, cd, 16, SHORTS);
        long eg = upper(e, g, 16, SHORTS);
        long efgh = upper(ef, gh, 16, SHORTS);
        a = lower(a, c, 16, SHORTS);
        ab = lower(ab, cd, 16, SHORTS);
        e = lower(e, g, 16, SHORTS);
        ef = lower(ef, gh, 16, SHORTS);
        LONGS.set(into, at, lower(a, e, 32, INTS));
        LONGS.set(into, at + ROWS, lower(ab, ef, 32, INTS));
        LONGS.set(into, at + 2 * ROWS, lower(ac, eg, 32, INTS));
        LONGS.set(into, at + 3 * ROWS, lower(abcd, efgh, 32, INTS));
        LONGS.set(into, at + 4 * ROWS, upper(a, e, 32, INTS));
        LONGS.set(into, at + 5 * ROWS, upper(ab, ef, 32, INTS));
        LONGS.set(into, at + 6 * ROWS, upper(ac, eg, 32, INTS));
        LONGS.set(into, at + 7 * ROWS, upper(abcd, efgh, 32, INTS));
    }

    /** What {@code mask} selects of both, that of the second moved up. */
    private static long lower(long first, long second, int bits, long mask) {
        return first & mask | (second & mask) << bits;
    }

    /** What {@code mask} leaves out of both, that of the first moved down. */
    private static long upper(long first, long second, int bits, long mask) {
        return first >>> bits & mask | second & ~mask;
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
