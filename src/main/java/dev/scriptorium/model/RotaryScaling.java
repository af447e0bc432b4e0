package dev.scriptorium.model;

import java.util.ArrayList;
import java.util.List;

/**
 * How a model stretches its rotary frequencies beyond the context it was first trained on. All work on the frequency of
 * one pair alone, in f32 as the models were trained.
 */
public sealed interface RotaryScaling {
    /**
     * What the frequency of a pair is divided by.
     *
     * @param frequency theta^(-2 pair / headSize)
     */
    float divisor(float frequency, int pair);

    /** The scaled frequency of a pair; the same bits whichever way a file writes the scaling. */
    default float scaled(float frequency, int pair) {
        return frequency / divisor(frequency, pair);
    }

    /** Frequencies as they are. */
    record None() implements RotaryScaling {
        @Override
        public float divisor(float frequency, int pair) {
            return 1;
        }
    }

    /** Position interpolation (Chen and others, 2023): all frequencies divided by the factor. */
    record Linear(float factor) implements RotaryScaling {
        @Override
        public float divisor(float frequency, int pair) {
            return factor;
        }
    }

    /**
     * Llama 3.1: long waves are divided by the factor, short ones stay, and between the two it passes over smoothly.
     *
     * @param lowFactor waves longer than {@code originalContext / lowFactor} are long
     * @param highFactor waves shorter than {@code originalContext / highFactor} are short
     * @param originalContext positions that the model was first trained on
     */
    record Llama3(float factor, float lowFactor, float highFactor, int originalContext) implements RotaryScaling {
        @Override
        public float divisor(float frequency, int pair) {
            float wave = (float) (2 * Math.PI / frequency);
            if (wave < originalContext / highFactor) {
                return 1;
            }
            if (wave > originalContext / lowFactor) {
                return factor;
            }
            float smooth = (originalContext / wave - lowFactor) / (highFactor - lowFactor);
            return 1 / ((1 - smooth) / factor + smooth);
        }
    }

    /**
     * A divisor a pair, as a GGUF file has them in its tensor rope_freqs.
     *
     * @param divisors (headSize / 2)
     */
    record Divisors(List<Float> divisors) implements RotaryScaling {
        public Divisors {
            divisors = List.copyOf(divisors);
        }

        @Override
        public float divisor(float frequency, int pair) {
            return divisors.get(pair);
        }
    }

    /** The divisors of all pairs of a head, as a GGUF file writes them. */
    default List<Float> divisors(int headSize, double theta) {
        List<Float> divisors = new ArrayList<>();
        for (int pair = 0; pair < headSize / 2; pair++) {
            divisors.add(divisor(frequency(pair, headSize, theta), pair));
        }
        return List.copyOf(divisors);
    }

    /** theta^(-2 pair / headSize), as the models were trained: computed in f64 and rounded. */
    static float frequency(int pair, int headSize, double theta) {
        return (float) (1.0 / StrictMath.pow(theta, 2.0 * pair / headSize));
    }
}
