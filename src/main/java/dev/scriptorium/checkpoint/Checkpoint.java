package dev.scriptorium.checkpoint;

import dev.scriptorium.checkpoint.gguf.GgufModel;
import dev.scriptorium.checkpoint.huggingface.HuggingFaceFolder;
import dev.scriptorium.checkpoint.tokenizer.BeginRule;
import dev.scriptorium.checkpoint.tokenizer.TokenizerFolder;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.token.Tokenizer;
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

    /**
     * The tokenizer alone, without weights.
     *
     * @param path as {@link #load} takes it, or a tokenizer.json or tokenizer.model
     * @throws CheckpointException if it cannot be used
     */
    public static Tokenizer tokenizer(Path path) {
        if (!Files.exists(path)) {
            throw new CheckpointException(path + ": does not exist; a tokenizer is in a Hugging Face folder, a GGUF"
                    + " file, a tokenizer.json or a tokenizer.model");
        }
        if (!Files.isDirectory(path)) {
            String name = path.toString();
            return name.endsWith(".json") || name.endsWith(".model")
                    ? TokenizerFolder.readFile(path, BeginRule.UNSAID)
                    : GgufModel.tokenizer(path);
        }
        List<Path> ggufs = TokenizerFolder.isOne(path) ? List.of() : ggufs(path);
        return ggufs.size() == 1
                ? GgufModel.tokenizer(ggufs.getFirst())
                : TokenizerFolder.read(path, HuggingFaceFolder.configOrNull(path))
                        .tokenizer();
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
