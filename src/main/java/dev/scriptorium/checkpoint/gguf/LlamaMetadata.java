package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import java.util.List;

/** The keys of a GGUF file that say the shape of a Llama model. */
public final class LlamaMetadata {
    /** Where a file has the ids after which a text is over: end of text, of a turn, of a message. */
    public static final List<String> END_IDS =
            List.of("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id");

    private LlamaMetadata() {}

    /** Writes them all; scaling that llama.cpp wants as a tensor is left to the caller. */
    public static void write(GgufWriter writer, String name, LlamaConfig config) {
        writer.text("general.architecture", "llama");
        writer.text("general.name", name);
        writer.uint32("general.quantization_version", 2);
        writer.uint32("llama.context_length", config.contextLength());
        writer.uint32("llama.embedding_length", config.hiddenSize());
        writer.uint32("llama.block_count", config.layers());
        writer.uint32("llama.feed_forward_length", config.intermediateSize());
        writer.uint32("llama.attention.head_count", config.heads());
        writer.uint32("llama.attention.head_count_kv", config.keyValueHeads());
        if (config.headSize() * config.heads() != config.hiddenSize()) {
            writer.uint32("llama.attention.key_length", config.headSize());
            writer.uint32("llama.attention.value_length", config.headSize());
        }
        writer.float32("llama.attention.layer_norm_rms_epsilon", config.rmsNormEpsilon());
        writer.uint32("llama.rope.dimension_count", config.headSize());
        writer.float32("llama.rope.freq_base", (float) config.ropeTheta());
        if (config.ropeScaling() instanceof RotaryScaling.Linear linear) {
            writer.text("llama.rope.scaling.type", "linear");
            writer.float32("llama.rope.scaling.factor", linear.factor());
        }
        writer.uint32("llama.vocab_size", config.vocabularySize());
    }
}
