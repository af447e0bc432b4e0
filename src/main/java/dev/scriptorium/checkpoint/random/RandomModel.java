package dev.scriptorium.checkpoint.random;

import dev.scriptorium.checkpoint.gguf.GgufWriter;
import dev.scriptorium.checkpoint.gguf.LlamaMetadata;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.model.LlamaConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A GGUF file of a known shape with seeded random weights and a vocabulary that takes any text.
 *
 * <p>Weights are uniform with the variance 1 / columns, which keeps activations of all layers near one; each row has a
 * stream of numbers of its own, so that it does not depend on those before it.
 */
public final class RandomModel {
    private static final String TEMPLATE = """
        {{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}\
        {{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}\
        {{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}\
        """;

    private static final float NORM_SPREAD = 0.1f;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L; // of SplitMix64

    private final ModelShape shape;
    private final WeightType type;
    private final long seed;
    private final GgufWriter writer = new GgufWriter();
    private long tensors;

    /** @param type of all matrices; norms are f32 */
    public RandomModel(ModelShape shape, WeightType type, long seed) {
        this.shape = shape;
        this.type = type;
        this.seed = seed;
        metadata();
        tensors();
    }

    /** Bytes that the weights will take in the file. */
    public long tensorBytes() {
        return writer.tensorBytes();
    }

    /**
     * Writes the file, row by row.
     *
     * @param progress told how many bytes of weights are written
     */
    public void write(Path file, LongConsumer progress) throws IOException {
        writer.write(file, progress);
    }

    private void metadata() {
        LlamaConfig config = shape.config();
        LlamaMetadata.write(writer, "random-" + shape.spelling() + "-" + type.spelling() + "-seed-" + seed, config);
        RandomVocabulary vocabulary = new RandomVocabulary(config.vocabularySize());
        writer.text("tokenizer.ggml.model", "llama");
        writer.text("tokenizer.ggml.pre", "default");
        writer.texts("tokenizer.ggml.tokens", vocabulary.pieces);
        writer.floats("tokenizer.ggml.scores", vocabulary.scores);
        writer.int32s("tokenizer.ggml.token_type", vocabulary.kinds);
        writer.uint32("tokenizer.ggml.unknown_token_id", 0);
        writer.uint32("tokenizer.ggml.bos_token_id", 1);
        writer.uint32("tokenizer.ggml.eos_token_id", 2);
        writer.bool("tokenizer.ggml.add_bos_token", true);
        writer.bool("tokenizer.ggml.add_eos_token", false);
        writer.bool("tokenizer.ggml.add_space_prefix", true);
        writer.text("tokenizer.chat_template", TEMPLATE);
    }

    private void tensors() {
        LlamaConfig config = shape.config();
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        matrix("token_embd", shape.tied(), config.vocabularySize(), hidden);
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "blk." + layer + ".";
            norm(prefix + "attn_norm", hidden);
            matrix(prefix + "attn_q", false, config.querySize(), hidden);
            matrix(prefix + "attn_k", false, config.keyValueSize(), hidden);
            matrix(prefix + "attn_v", false, config.keyValueSize(), hidden);
            matrix(prefix + "attn_output", false, hidden, config.querySize());
            norm(prefix + "ffn_norm", hidden);
            matrix(prefix + "ffn_gate", false, inner, hidden);
            matrix(prefix + "ffn_up", false, inner, hidden);
            matrix(prefix + "ffn_down", false, hidden, inner);
        }
        norm("output_norm", hidden);
        if (!shape.tied()) {
            matrix("output", true, config.vocabularySize(), hidden);
        }
    }

    private void norm(String name, int size) {
        long tensor = tensors++;
        writer.tensor(name + ".weight", WeightType.F32, new int[] {size}, (row, into) -> {
            fill(tensor, row, into, NORM_SPREAD);
            for (int i = 0; i < into.length; i++) {
                into[i] += 1f;
            }
        });
    }

    private void matrix(String name, boolean isOutput, int rows, int columns) {
        long tensor = tensors++;
        float most = (float) Math.sqrt(3.0 / columns);
        WeightType fitting = new WeightPlan(type).typeOf(WeightType.F32, isOutput, columns);
        writer.tensor(name + ".weight", fitting, new int[] {rows, columns}, (row, into) -> {
            fill(tensor, row, into, most);
        });
    }

    /**
     * Uniform from {@code -most} to just below {@code most}, in steps of 2^-23 of it: SplitMix64 (Steele, Lea and
     * Flood, 2014), two weights a number.
     */
    private void fill(long tensor, int row, float[] into, float most) {
        long state = mix(mix(seed + GOLDEN_GAMMA * (tensor + 1)) + row);
        for (int i = 0; i < into.length; i += 2) {
            state += GOLDEN_GAMMA;
            long bits = mix(state);
            into[i] = (bits >> 40) * 0x1p-23f * most;
            if (i + 1 < into.length) {
                into[i + 1] = ((int) bits >> 8) * 0x1p-23f * most;
            }
        }
    }

    private static long mix(long z) {
        long first = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        long second = (first ^ first >>> 27) * 0x94d049bb133111ebL;
        return second ^ second >>> 31;
    }
}
