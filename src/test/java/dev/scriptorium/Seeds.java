package dev.scriptorium;

import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Seeds for property tests: a fresh set each run would hide failures, a fixed one would stop finding them, so the base
 * changes with {@code -Dseed=…} and shows in the name of every parameterized case.
 */
public final class Seeds {
    private static final long BASE = 20_261_124L;

    private Seeds() {}

    /** {@code count} seeds, or just the one given with {@code -Dseed=…} to replay a failure. */
    public static LongStream of(int count) {
        String chosen = System.getProperty("seed", "");
        return chosen.isEmpty() ? LongStream.range(BASE, BASE + count) : LongStream.of(Long.parseLong(chosen));
    }

    /** Random floats in [-1, 1), equal for equal arguments. */
    public static float[] floats(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }
}
