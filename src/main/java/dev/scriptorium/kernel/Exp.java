package dev.scriptorium.kernel;

/**
 * exp in f32 as the house computes it, on every machine the same: 2^n times a polynomial in what is left, |r| <= ln 2 /
 * 2. The polynomial is Cephes' expf; the relative error is below 1.2e-7.
 *
 * <p>Below -87 the result is 0, above 88 it is exp(88): both twins then stay clear of subnormal and infinite numbers.
 *
 * @see <a href="https://www.netlib.org/cephes/">Cephes, single/expf.c</a>
 */
final class Exp {
    static final float LEAST = -87f;
    static final float MOST = 88f;
    static final float LOG2_E = 0x1.715476p0f;
    /** ln 2 in two parts; n times the first is exact. */
    static final float LN2_HIGH = 0x1.62e4p-1f;

    static final float LN2_LOW = 0x1.7f7d1cp-20f;
    /** Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits. */
    static final float ROUNDER = 0x1.8p23f;

    static final int ONE_BITS = 0x3f80_0000;
    static final int FRACTION_BITS = 23;
    static final float C2 = 5.0000001201E-1f;
    static final float C3 = 1.6666665459E-1f;
    static final float C4 = 4.1665795894E-2f;
    static final float C5 = 8.3334519073E-3f;
    static final float C6 = 1.3981999507E-3f;
    static final float C7 = 1.9875691500E-4f;

    private Exp() {}

    static float exp(float x) {
        float clamped = Math.min(Math.max(x, LEAST), MOST);
        float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, clamped));
        float p = Math.fma(C7, r, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r * r, r) + 1f;
        float power = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << FRACTION_BITS) + ONE_BITS);
        return x < LEAST ? 0f : p * power;
    }
}
