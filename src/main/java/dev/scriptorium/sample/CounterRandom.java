package dev.scriptorium.sample;

/**
 * Random numbers without a state: number n of a seed is a function of both. A sequence that starts again after a crash,
 * anywhere, draws what it drew before.
 *
 * <p>The function is SplitMix64 addressed by its counter: the seed is mixed once, so that neighbouring seeds have
 * nothing in common, position + 1 steps of the golden gamma are added, and the sum is mixed again.
 *
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea, Flood: Fast splittable pseudorandom number
 *     generators</a>, mix64variant13
 */
final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9e37_79b9_7f4a_7c15L;

    private CounterRandom() {}

    /** Uniform in [0, 1), a multiple of 2^-53. */
    static double unit(long seed, int position) {
        return (mix(mix(seed) + (position + 1L) * GOLDEN_GAMMA) >>> 11) * 0x1p-53;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }
}
