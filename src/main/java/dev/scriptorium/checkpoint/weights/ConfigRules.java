package dev.scriptorium.checkpoint.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What holds for a model's numbers whatever file they come from. */
public final class ConfigRules {
    private static final double FACTOR_MAX = 1 << 20;

    private ConfigRules() {}

    /**
     * The config itself, if its numbers fit each other.
     *
     * @param source file that it is from
     */
    public static LlamaConfig checked(String source, LlamaConfig config) {
        if (config.heads() % config.keyValueHeads() != 0) {
            throw new CheckpointException(
                    source + ": has " + config.heads() + " attention heads, which is not a multiple" + " of its "
                            + config.keyValueHeads() + " key/value heads");
        }
        if (config.headSize() % 2 != 0) {
            throw new CheckpointException(
                    source + ": a head has " + config.headSize() + " elements, but rotary pairs need an even number");
        }
        if ((long) config.heads() * config.headSize() > Integer.MAX_VALUE) {
            throw new CheckpointException(source + ": " + config.heads() + " heads of " + config.headSize()
                    + " elements are more than " + Integer.MAX_VALUE + " in a row");
        }
        if (!(config.rmsNormEpsilon() > 0)) {
            throw new CheckpointException(
                    source + ": the epsilon of the norms is " + config.rmsNormEpsilon() + ", but must be above 0");
        }
        if (!(config.ropeTheta() > 0)) {
            throw new CheckpointException(
                    source + ": the rotary base is " + config.ropeTheta() + ", but must be above 0");
        }
        return config;
    }

    /** {@code eos_token_id} of a config: one id or a list of them; empty if absent. */
    public static Set<Integer> endIds(@Nullable JsonFile file) {
        JsonNode value = file == null ? null : file.get("eos_token_id");
        Set<Integer> ids = new TreeSet<>();
        if (file == null || value == null) {
            return ids;
        }
        for (JsonNode id : value.isArray() ? value : Set.of(value)) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw file.refuse("eos_token_id is " + value + ", which is neither an id nor a list of ids");
            }
            ids.add(id.intValue());
        }
        return ids;
    }

    public static Set<Integer> checkedEndIds(String source, Set<Integer> ids, int vocabularySize) {
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize) {
                throw new CheckpointException(source + ": the end token has id " + id + ", but the model has ids 0 to "
                        + (vocabularySize - 1));
            }
        }
        return ids;
    }

    /** The numbers in words that stay the same whatever a record's own toString does. */
    public static String describe(LlamaConfig config) {
        String plain = String.join(
                " ",
                "hidden=" + config.hiddenSize(),
                "intermediate=" + config.intermediateSize(),
                "layers=" + config.layers(),
                "heads=" + config.heads(),
                "keyValueHeads=" + config.keyValueHeads(),
                "headSize=" + config.headSize(),
                "vocabulary=" + config.vocabularySize(),
                "context=" + config.contextLength(),
                "epsilonBits=" + Float.floatToIntBits(config.rmsNormEpsilon()),
                "thetaBits=" + Double.doubleToLongBits(config.ropeTheta()));
        return config.ropeScaling() instanceof RotaryScaling.None ? plain : plain + " rope=" + config.ropeScaling();
    }

    /** A factor that frequencies are scaled by. */
    public static float factor(String source, String field, @Nullable Double value) {
        if (value == null || !(value >= 1) || value > FACTOR_MAX) {
            throw new CheckpointException(
                    source + ": " + field + " is " + value + ", but must be a number from 1 to " + FACTOR_MAX);
        }
        return value.floatValue();
    }
}
