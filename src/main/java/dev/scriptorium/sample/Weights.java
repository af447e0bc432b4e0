package dev.scriptorium.sample;

/**
 * exp for softmax over scores: its argument is never positive, its result in (0, 1] or 0. Own arithmetic, because
 * {@code Math.exp} may differ in the last bit from one JVM to the next, and StrictMath's takes ten times as long.
 */
final class Weights {
    private static final double LOG2_E = 1.4426950408889634;
    /** ln 2 in two parts; n times the first is exact. */
    private static final double LN2_HIGH = 0x1.62e42fee00000p-1;

    private static final double LN2_LOW = 0x1.a39ef35793c76p-33;
    /** Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits. */
    private static final double ROUNDER = 0x1.8p52;
    /** Smaller than any share of probability that could matter, and far from subnormal numbers. */
    private static final double LEAST = -700;

    private Weights() {}

    /** exp(x) for x up to 0: 2^n times the Taylor polynomial of what is left; relative error below 1e-14. */
    static double exp(double x) {
        double shifted = Math.max(x, LEAST) * LOG2_E + ROUNDER;
        double n = shifted - ROUNDER;
        double r = Math.max(x, LEAST) - n * LN2_HIGH - n * LN2_LOW;
        double p = 1.0 / 39916800;
        p = p * r + 1.0 / 3628800;
        p = p * r + 1.0 / 362880;
        p = p * r + 1.0 / 40320;
        p = p * r + 1.0 / 5040;
        p = p * r + 1.0 / 720;
        p = p * r + 1.0 / 120;
        p = p * r + 1.0 / 24;
        p = p * r + 1.0 / 6;
        p = p * r + 0.5;
        p = p * r + 1;
        p = p * r + 1;
        double power = Double.longBitsToDouble((Double.doubleToRawLongBits(shifted) << 52) + 0x3ff0_0000_0000_0000L);
        return x < LEAST ? 0 : p * power;
    }
}
