package dev.scriptorium.checkpoint;

import dev.scriptorium.checkpoint.gguf.GgufModel;
import dev.scriptorium.checkpoint.huggingface.HuggingFaceFolder;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The way in: a model's path to all that its files say. */
public final class Checkpoint {
    private Checkpoint() {}

    /**
     * Loads a Hugging Face folder, a GGUF file, or a folder that holds one GGUF file and no safetensors, with weights
     * as they are in the files. The files are not needed afterwards.
     *
     * @throws CheckpointException if the model cannot be used; nothing stays mapped
     */
    public static LoadedCheckpoint load(Path path) {
        return load(path, WeightPlan.AS_IN_THE_FILE);
    }

    /** Loads with weights converted as the plan says. */
    public static LoadedCheckpoint load(Path path, WeightPlan plan) {
        try (CheckpointFiles files = open(path)) {
            return files.load(plan);
        }
    }

    /**
     * Opens a model without reading its weights.
     *
     * @throws CheckpointException if the model cannot be used; nothing stays mapped
     */
    public static CheckpointFiles open(Path path) {
        if (Files.isDirectory(path)) {
            List<Path> ggufs = HuggingFaceFolder.hasWeights(path) ? List.of() : ggufs(path);
            if (ggufs.size() > 1) {
                throw new CheckpointException(path + ": has no safetensors and " + ggufs.size()
                        + " GGUF files; name one of them, for example " + ggufs.getFirst());
            }
            return ggufs.isEmpty() ? HuggingFaceFolder.open(path) : GgufModel.open(ggufs.getFirst());
        }
        if (!Files.exists(path)) {
            throw new CheckpointException(path + ": does not exist; a model is a Hugging Face folder or a GGUF file");
        }
        if (path.toString().endsWith(".safetensors")) {
            throw new CheckpointException(path + ": is the weights alone; name the folder that it lies in");
        }
        return GgufModel.open(path);
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
}
