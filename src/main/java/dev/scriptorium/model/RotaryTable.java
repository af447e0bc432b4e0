package dev.scriptorium.model;

import java.util.Arrays;

/**
 * Cosines and sines of the rotary angles, position times theta^(-2i / headSize), as far as positions were reached: a
 * model may claim a context of a million tokens and never see it.
 *
 * <p>Frequency and angle are rounded to f32, as the models were trained; the functions are StrictMath's, because those
 * of Math may differ in the last bit from one JVM to the next.
 */
final class RotaryTable {
    private final int half;
    private final float[] frequencies; // (half)
    private int positions;
    float[] cosines = {}; // (position, half)
    float[] sines = {}; // (position, half)

    RotaryTable(int headSize, double theta, RotaryScaling scaling) {
        half = headSize / 2;
        frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = scaling.scaled(RotaryScaling.frequency(i, headSize, theta), i);
        }
    }

    /** Makes the table hold positions 0 to {@code count - 1}. */
    void growTo(int count) {
        if (count <= positions) {
            return;
        }
        int capacity = Math.max(count, Math.min(2 * positions, positions + 4096));
        cosines = Arrays.copyOf(cosines, capacity * half);
        sines = Arrays.copyOf(sines, capacity * half);
        for (int position = positions; position < capacity; position++) {
            for (int i = 0; i < half; i++) {
                float angle = position * frequencies[i];
                cosines[position * half + i] = (float) StrictMath.cos(angle);
                sines[position * half + i] = (float) StrictMath.sin(angle);
            }
        }
        positions = capacity;
    }
}
