package dev.scriptorium.sample;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which tokens the sequence has seen, and what that takes off their scores, in f32 and in this order: the repetition
 * penalty once for each distinct token of prompt and output (Transformers), then the frequency penalty times the number
 * of times that the token is in the output, then the presence penalty if it is there at all (OpenAI, placed as vLLM
 * does).
 */
final class Penalties {
    private static final int[] NONE = {};

    private final SamplerOptions options;
    private final boolean repetition;
    private final boolean counting;
    private final BitSet seen = new BitSet();
    private int[] distinct = NONE; // ids of seen, each once
    private int distinctCount;
    private int[] outputCounts = NONE; // (id), as far as ids were counted

    Penalties(SamplerOptions options) {
        this.options = options;
        this.repetition = options.repetitionPenalty() != 1f;
        this.counting = options.frequencyPenalty() != 0f || options.presencePenalty() != 0f;
    }

    void addPrompt(int id) {
        if (repetition) {
            see(id);
        }
    }

    void addOutput(int id) {
        if (repetition || counting) {
            see(id);
        }
        if (counting) {
            if (id >= outputCounts.length) {
                outputCounts = Arrays.copyOf(outputCounts, Math.max(id + 1, 2 * outputCounts.length));
            }
            outputCounts[id]++;
        }
    }

    private void see(int id) {
        if (!seen.get(id)) {
            seen.set(id);
            if (distinctCount == distinct.length) {
                distinct = Arrays.copyOf(distinct, Math.max(64, 2 * distinctCount));
            }
            distinct[distinctCount++] = id;
        }
    }

    void apply(float[] scores) {
        for (int i = 0; i < distinctCount; i++) {
            int id = distinct[i];
            float score = scores[id];
            if (repetition) {
                score = score < 0 ? score * options.repetitionPenalty() : score / options.repetitionPenalty();
            }
            int count = id < outputCounts.length ? outputCounts[id] : 0;
            if (count > 0) {
                score -= count * options.frequencyPenalty();
                score -= options.presencePenalty();
            }
            // Finite logits stay finite: an extreme penalty must not make a number that is none.
            scores[id] = Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE);
        }
    }
}
