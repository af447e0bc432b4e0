package dev.scriptorium.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.LlamaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The way in: a model's path to all that its files say. */
public final class Checkpoint {
    private Checkpoint() {}

    /**
     * Loads a Hugging Face folder, a GGUF file, or a folder that holds one GGUF file and no safetensors. The files are
     * not needed afterwards.
     *
     * @throws CheckpointException if the model cannot be used; nothing stays mapped
     */
    public static LoadedCheckpoint load(Path path) {
        if (Files.isDirectory(path)) {
            List<Path> ggufs = HuggingFaceFolder.hasWeights(path) ? List.of() : ggufs(path);
            if (ggufs.size() > 1) {
                throw new CheckpointException(path + ": has no safetensors and " + ggufs.size()
                        + " GGUF files; name one of them, for example " + ggufs.getFirst());
            }
            return ggufs.isEmpty() ? HuggingFaceFolder.load(path) : GgufModel.load(ggufs.getFirst());
        }
        if (!Files.exists(path)) {
            throw new CheckpointException(path + ": does not exist; a model is a Hugging Face folder or a GGUF file");
        }
        if (path.toString().endsWith(".safetensors")) {
            throw new CheckpointException(path + ": is the weights alone; name the folder that it lies in");
        }
        return GgufModel.load(path);
    }

    private static List<Path> ggufs(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".gguf"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CheckpointException(folder + ": cannot be listed (" + e + ")", e);
        }
    }

    /**
     * The config itself, if its numbers fit each other.
     *
     * @param source file that it is from
     */
    static LlamaConfig checked(String source, LlamaConfig config) {
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
    static Set<Integer> endIds(@Nullable JsonFile file) {
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

    static Set<Integer> checkedEndIds(String source, Set<Integer> ids, int vocabularySize) {
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize) {
                throw new CheckpointException(source + ": the end token has id " + id + ", but the model has ids 0 to "
                        + (vocabularySize - 1));
            }
        }
        return ids;
    }

    /** The numbers in words that stay the same whatever a record's own toString does. */
    static String describe(LlamaConfig config) {
        return String.join(
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
    }
}
