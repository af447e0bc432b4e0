package dev.scriptorium.checkpoint.weights;

import org.jspecify.annotations.Nullable;

/**
 * Which type the matrices of a model are wanted in. One rule for files that are written and for models that are
 * converted when they are loaded, so that both give the same weights.
 *
 * @param wanted null to keep every matrix as the file has it
 */
public record WeightPlan(@Nullable WeightType wanted) {
    public static final WeightPlan AS_IN_THE_FILE = new WeightPlan(null);

    /** @throws IllegalArgumentException if weights cannot be written in this type */
    public WeightPlan {
        if (wanted != null && !RowEncoder.TYPES.contains(wanted)) {
            throw new IllegalArgumentException(
                    "weights can be converted to " + RowEncoder.spellings() + ", not to " + wanted.spelling());
        }
    }

    /**
     * The type of a matrix. Rows that are not whole blocks stay in f16, and the output matrix, whose errors go into
     * every logit, does not go below eight bits.
     *
     * @param isOutput whether logits are made with it; a tied embedding is the output matrix too
     */
    public WeightType typeOf(WeightType own, boolean isOutput, long columns) {
        if (wanted == null || wanted == own) {
            return own;
        }
        WeightType type = isOutput && bits(wanted) < bits(WeightType.Q8_0) ? WeightType.Q8_0 : wanted;
        return type.fits(columns) ? type : WeightType.F16;
    }

    private static double bits(WeightType type) {
        return 8.0 * type.blockBytes() / type.blockColumns();
    }

    /** Heap bytes that a matrix of this type takes when it is loaded, within a few percent and never too low. */
    static long heapBytes(WeightType type, long rows, long columns) {
        double bits = switch (type) {
            case F32 -> 32;
            case F16, BF16 -> 16;
            case Q8_0 -> 9;
            case Q4_0 -> 4.5;
            case Q4_1, Q5_0 -> 6.25;
            case Q5_1 -> 7.25;
            case Q4_K -> 5;
            case Q5_K -> 6;
            case Q6_K -> 6.75;
        };
        long padded = (rows + 31) / 32 * 32;
        return (long) Math.ceil(padded * columns * bits / 8) + 64;
    }
}
