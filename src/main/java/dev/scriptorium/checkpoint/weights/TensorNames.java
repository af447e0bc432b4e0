package dev.scriptorium.checkpoint.weights;

import java.util.ArrayList;
import java.util.List;

/** How a format calls the tensors, and how it lays out the rotary pairs of query and key rows. */
public enum TensorNames {
    /** Rotary pairs split in halves. */
    HUGGING_FACE(
            "model.embed_tokens.weight",
            "model.norm.weight",
            "lm_head.weight",
            "model.layers.",
            List.of(
                    "input_layernorm",
                    "self_attn.q_proj",
                    "self_attn.k_proj",
                    "self_attn.v_proj",
                    "self_attn.o_proj",
                    "post_attention_layernorm",
                    "mlp.gate_proj",
                    "mlp.up_proj",
                    "mlp.down_proj")),
    /** Rotary pairs side by side. */
    GGUF(
            "token_embd.weight",
            "output_norm.weight",
            "output.weight",
            "blk.",
            List.of(
                    "attn_norm",
                    "attn_q",
                    "attn_k",
                    "attn_v",
                    "attn_output",
                    "ffn_norm",
                    "ffn_gate",
                    "ffn_up",
                    "ffn_down"));

    /** Tensors of one layer. */
    public static final int PER_LAYER = 9;

    public final String embedding;
    public final String outputNorm;
    public final String output;
    private final String layerPrefix;
    private final List<String> layerNames; // in the order of LlamaWeights.Layer

    TensorNames(String embedding, String outputNorm, String output, String layerPrefix, List<String> layerNames) {
        this.embedding = embedding;
        this.outputNorm = outputNorm;
        this.output = output;
        this.layerPrefix = layerPrefix;
        this.layerNames = layerNames;
    }

    /** The names of all tensors of a model, in the order of {@link WeightReader#tensors}. */
    public List<String> all(int layers, boolean tied) {
        List<String> all = new ArrayList<>(List.of(embedding));
        for (int layer = 0; layer < layers; layer++) {
            for (int which = 0; which < PER_LAYER; which++) {
                all.add(layer(layer, which));
            }
        }
        all.add(outputNorm);
        if (!tied) {
            all.add(output);
        }
        return all;
    }

    /** @param which in the order of the fields of LlamaWeights.Layer */
    public String layer(int layer, int which) {
        return layerPrefix + layer + "." + layerNames.get(which) + ".weight";
    }
}
