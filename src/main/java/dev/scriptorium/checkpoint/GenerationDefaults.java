package dev.scriptorium.checkpoint;

import dev.scriptorium.checkpoint.file.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a model's generation_config.json says about sampling; null where it says nothing.
 *
 * <p>A config with {@code do_sample: false} says temperature 0. One without do_sample says what it states and no more:
 * Transformers would be greedy then, but who writes a temperature means it.
 *
 * @param maxNewTokens most tokens to generate
 * @param maxLength most tokens of prompt and output together
 */
public record GenerationDefaults(
        @Nullable Integer maxNewTokens,
        @Nullable Integer maxLength,
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty) {
    /** A model that says nothing. */
    public static final GenerationDefaults UNSAID = new GenerationDefaults(null, null, null, null, null, null, null);

    private static final String FILE = "generation_config.json";

    /** The generation_config.json of a folder, or null if it has none. */
    public static @Nullable JsonFile fileIn(@Nullable Path folder) {
        return folder != null && Files.exists(folder.resolve(FILE)) ? JsonFile.read(folder.resolve(FILE)) : null;
    }

    /**
     * The one that belongs to a GGUF file, or null: beside it, or in the folder above where that is a Hugging Face
     * folder (it has a config.json too), as {@code model/gguf/model-q8_0.gguf} lies.
     */
    public static @Nullable JsonFile fileFor(Path gguf) {
        Path folder = gguf.toAbsolutePath().getParent();
        JsonFile beside = fileIn(folder);
        if (beside != null || folder == null) {
            return beside;
        }
        Path above = folder.getParent();
        return above != null && Files.exists(above.resolve("config.json")) ? fileIn(above) : null;
    }

    public static GenerationDefaults read(@Nullable JsonFile file) {
        if (file == null) {
            return UNSAID;
        }
        boolean greedy = Boolean.FALSE.equals(file.booleanOrNull("do_sample"));
        return new GenerationDefaults(
                file.positiveIntOrNull("max_new_tokens"),
                file.positiveIntOrNull("max_length"),
                greedy ? Double.valueOf(0) : within(file, "temperature", 0, Float.MAX_VALUE),
                topK(file),
                within(file, "top_p", Float.MIN_NORMAL, 1),
                within(file, "min_p", 0, 1),
                within(file, "repetition_penalty", Float.MIN_NORMAL, Float.MAX_VALUE));
    }

    private static @Nullable Double within(JsonFile file, String field, double least, double most) {
        Double value = file.numberOrNull(field);
        if (value != null && (value < least || value > most)) {
            throw file.refuse(field + " is " + value + ", but must lie from " + least + " to " + most);
        }
        return value;
    }

    private static @Nullable Integer topK(JsonFile file) {
        Integer value = file.intOrNull("top_k");
        if (value != null && value < 0) {
            throw file.refuse("top_k is " + value + ", but must be 0 (all) or more");
        }
        return value;
    }
}
