package dev.scriptorium.kernel;

/**
 * The arrays of one matrix as the loops see them, in the layout of {@link Panels} (that of Q4_0 in {@link Q4Matrix});
 * those that its kind has no use for are empty.
 *
 * @param columns of the matrix
 * @param floats f32 weights
 * @param shorts bfloat16 weights; of Q4_0 scales in f16, one a row and block of 32 columns, laid out as quants are
 * @param bytes quants, two of Q4_0 in a byte
 * @param scales of Q8_0, one a row and block of 32 columns, laid out as weights are
 */
record Weights(Kind kind, int columns, float[] floats, short[] shorts, byte[] bytes, float[] scales) {
    /**
     * How weights are written; each kind has loops that were compiled for it alone, all but Q4_0 a {@link Widening}.
     */
    enum Kind {
        F32,
        BF16,
        Q8_0,
        Q4_0
    }

    /** Elements from what loops read to what they fetch: long enough for memory, short enough for the nearest cache. */
    static final int AHEAD = 1024;

    /**
     * Elements that arrays of quants and bfloat16 have behind the last weight: for what is fetched ahead, and because
     * the narrowest loops load 8 quants to use 4.
     */
    static final int BEHIND = AHEAD + 64;

    private static final float[] NO_FLOATS = {};
    private static final short[] NO_SHORTS = {};
    private static final byte[] NO_BYTES = {};

    static Weights f32(int columns, float[] floats) {
        return new Weights(Kind.F32, columns, floats, NO_SHORTS, NO_BYTES, NO_FLOATS);
    }

    static Weights bf16(int columns, short[] shorts) {
        return new Weights(Kind.BF16, columns, NO_FLOATS, shorts, NO_BYTES, NO_FLOATS);
    }

    static Weights q8(int columns, byte[] quants, float[] scales) {
        return new Weights(Kind.Q8_0, columns, NO_FLOATS, NO_SHORTS, quants, scales);
    }

    static Weights q4(int columns, byte[] quants, short[] scales) {
        return new Weights(Kind.Q4_0, columns, NO_FLOATS, scales, quants, NO_FLOATS);
    }
}
