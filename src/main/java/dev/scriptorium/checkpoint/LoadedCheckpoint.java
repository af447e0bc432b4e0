package dev.scriptorium.checkpoint;

import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaWeights;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.Tokenizer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a model's files say.
 *
 * @param chat null if the files have no chat template
 * @param generation the model's own sampling defaults, from generation_config.json
 * @param endIds ids after which a sequence is over
 * @param digest {@code sha256:} and 64 hex digits over all that decides the model's text
 */
public record LoadedCheckpoint(
        LlamaConfig config,
        LlamaWeights weights,
        Tokenizer tokenizer,
        @Nullable ChatFormat chat,
        GenerationDefaults generation,
        Set<Integer> endIds,
        String digest) {
    public LoadedCheckpoint {
        endIds = Set.copyOf(endIds);
    }
}
