package dev.scriptorium.model;

import java.util.List;

/**
 * How a model stretches its rotary frequencies beyond the context it was first trained on. All work on the frequency of
 * one pair alone, in f32 as the models were trained.
 */
public sealed interface RotaryScaling {
    /**
     * The scaled frequency of a pair.
     *
     * @param frequency theta^(-2 pair / headSize)
     */
    float scaled(float frequency, int pair);

    /** Frequencies as they are. */
    record None() implements RotaryScaling {
        @Override
        public float scaled(float frequency, int pair) {
            return frequency;
        }
    }

    /** Position interpolation (Chen and others, 2023): all frequencies divided by the factor. */
    record Linear(float factor) implements RotaryScaling {
        @Override
        public float scaled(float frequency, int pair) {
            return frequency / factor;
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
        public float scaled(float frequency, int pair) {
            float wave = (float) (2 * Math.PI / frequency);
            if (wave < originalContext / highFactor) {
                return frequency;
            }
            if (wave > originalContext / lowFactor) {
                return frequency / factor;
            }
            float smooth = (originalContext / wave - lowFactor) / (highFactor - lowFactor);
            return (1 - smooth) * frequency / factor + smooth * frequency;
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
        public float scaled(float frequency, int pair) {
            return frequency / divisors.get(pair);
        }
    }
}
