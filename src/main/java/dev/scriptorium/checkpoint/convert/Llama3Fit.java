package dev.scriptorium.checkpoint.convert;

import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file has Llama 3's rotary scaling as a divisor a pair, a folder has the four numbers that they follow from.
 * Two of these are the same in every Llama 3, the factor is the largest divisor, and the first context a power of two.
 */
final class Llama3Fit {
    private static final float LOW_FACTOR = 1;
    private static final float HIGH_FACTOR = 4;
    private static final int CONTEXT_MIN = 1 << 4;
    private static final int CONTEXT_MAX = 1 << 20;
    private static final double DEVIATION_MAX = 1e-5; // relative; writers round in their own ways

    private Llama3Fit() {}

    /** The scaling that has these divisors, or null if none has. */
    static RotaryScaling.@Nullable Llama3 of(LlamaConfig config, List<Float> divisors) {
        RotaryScaling.Llama3 best = null;
        double least = DEVIATION_MAX;
        for (int context = CONTEXT_MIN; context <= CONTEXT_MAX; context *= 2) {
            RotaryScaling.Llama3 scaling =
                    new RotaryScaling.Llama3(Collections.max(divisors), LOW_FACTOR, HIGH_FACTOR, context);
            double deviation = deviation(scaling.divisors(config.headSize(), config.ropeTheta()), divisors);
            if (deviation < least) {
                best = scaling;
                least = deviation;
            }
        }
        return best;
    }

    private static double deviation(List<Float> ours, List<Float> theirs) {
        double most = 0;
        for (int pair = 0; pair < ours.size(); pair++) {
            most = Math.max(most, Math.abs(ours.get(pair) / (double) theirs.get(pair) - 1));
        }
        return most;
    }
}
