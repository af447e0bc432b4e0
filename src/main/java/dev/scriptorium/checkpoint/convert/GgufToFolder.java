package dev.scriptorium.checkpoint.convert;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.GenerationDefaults;
import dev.scriptorium.checkpoint.huggingface.SafetensorsWriter;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.TensorNames;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import dev.scriptorium.token.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file as a folder that Transformers loads: config.json, generation_config.json, model.safetensors,
 * tokenizer.json and tokenizer_config.json. Weights go row by row, so that memory stays small.
 */
public final class GgufToFolder {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final String source;
    private final CheckpointFiles files;
    private final SafetensorsWriter weights = new SafetensorsWriter();
    private final ObjectNode config = JSON.createObjectNode();
    private final ObjectNode generation = JSON.createObjectNode();
    private final ObjectNode tokenizerConfig = JSON.createObjectNode();
    private final ObjectNode tokenizer;

    /**
     * Plans the folder.
     *
     * @param gguf that {@code files} were opened from
     * @param plan must say f32, f16 or bf16 where the file has quants
     * @throws CheckpointException if the folder's files have no words for what the file says
     */
    public GgufToFolder(Path gguf, CheckpointFiles files, WeightPlan plan) {
        this.source = gguf.toString();
        this.files = files;
        this.tokenizer = new TokenizerToJson(source, files.contents().tokenizer()).root();
        describe(files.contents().config());
        describeEnds();
        describeGeneration(files.contents().generation());
        describeTokens();
        collectWeights(plan);
    }

    /** Bytes that the weights will take. */
    public long tensorBytes() {
        return weights.tensorBytes();
    }

    /** Writes it; the folder appears when it is whole. What {@code progress} throws ends the writing. */
    public void write(Path folder, LongConsumer progress) throws IOException {
        Path part = folder.resolveSibling(folder.getFileName() + ".part");
        try {
            remove(part); // of one that was killed
            Files.createDirectory(part);
            JSON.writeValue(part.resolve("config.json").toFile(), config);
            JSON.writeValue(part.resolve("generation_config.json").toFile(), generation);
            JSON.writeValue(part.resolve("tokenizer.json").toFile(), tokenizer);
            JSON.writeValue(part.resolve("tokenizer_config.json").toFile(), tokenizerConfig);
            weights.write(part.resolve("model.safetensors"), progress);
            Files.move(part, folder);
        } finally {
            remove(part);
        }
    }

    private static void remove(Path part) throws IOException {
        if (!Files.isDirectory(part)) {
            return;
        }
        try (var inside = Files.list(part)) {
            for (Path file : inside.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(part);
    }

    private void describe(LlamaConfig says) {
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama")
                .put("hidden_act", "silu")
                .put("attention_bias", false)
                .put("mlp_bias", false)
                .put("hidden_size", says.hiddenSize())
                .put("intermediate_size", says.intermediateSize())
                .put("num_hidden_layers", says.layers())
                .put("num_attention_heads", says.heads())
                .put("num_key_value_heads", says.keyValueHeads())
                .put("head_dim", says.headSize())
                .put("vocab_size", says.vocabularySize())
                .put("max_position_embeddings", says.contextLength())
                .put("rms_norm_eps", says.rmsNormEpsilon())
                .put("rope_theta", says.ropeTheta())
                .put("tie_word_embeddings", files.weights().isTied());
        switch (says.ropeScaling()) {
            case RotaryScaling.None() -> {}
            case RotaryScaling.Linear(float factor) ->
                config.putObject("rope_scaling").put("rope_type", "linear").put("factor", factor);
            case RotaryScaling.Llama3 scaling -> describe(scaling);
            case RotaryScaling.Divisors(List<Float> divisors) -> {
                RotaryScaling.Llama3 scaling = Llama3Fit.of(says, divisors);
                if (scaling == null) {
                    throw new CheckpointException(
                            source + ": tensor 'rope_freqs.weight' has divisors that follow from no"
                                    + " scaling of the type llama3, and a config.json cannot list them");
                }
                describe(scaling);
            }
        }
    }

    private void describe(RotaryScaling.Llama3 scaling) {
        config.putObject("rope_scaling")
                .put("rope_type", "llama3")
                .put("factor", scaling.factor())
                .put("low_freq_factor", scaling.lowFactor())
                .put("high_freq_factor", scaling.highFactor())
                .put("original_max_position_embeddings", scaling.originalContext());
    }

    private void describeEnds() {
        int begin = files.contents().tokenizer().beginId();
        for (ObjectNode node : List.of(config, generation)) {
            if (begin >= 0) {
                node.put("bos_token_id", begin);
            }
            var ends = node.putArray("eos_token_id");
            files.contents().endIds().stream().sorted().forEach(ends::add);
        }
    }

    private void describeGeneration(GenerationDefaults says) {
        put("max_new_tokens", says.maxNewTokens());
        put("max_length", says.maxLength());
        put("temperature", says.temperature());
        put("top_k", says.topK());
        put("top_p", says.topP());
        put("min_p", says.minP());
        put("repetition_penalty", says.repetitionPenalty());
    }

    private void put(String field, @Nullable Number value) {
        if (value != null) {
            generation.putPOJO(field, value);
        }
    }

    private void describeTokens() {
        CheckpointFiles.Contents contents = files.contents();
        Vocabulary vocabulary = contents.tokenizer().vocabulary();
        tokenizerConfig.put("tokenizer_class", "PreTrainedTokenizerFast");
        tokenizerConfig.put("add_bos_token", contents.tokenizer().addsBegin());
        if (contents.tokenizer().beginId() >= 0) {
            tokenizerConfig.put(
                    "bos_token", vocabulary.piece(contents.tokenizer().beginId()));
        }
        if (contents.endToken() != null) {
            tokenizerConfig.put("eos_token", contents.endToken());
        }
        if (vocabulary.unknownId() >= 0) {
            tokenizerConfig.put("unk_token", vocabulary.piece(vocabulary.unknownId()));
        }
        if (contents.template() != null) {
            tokenizerConfig.put("chat_template", contents.template());
        }
    }

    private void collectWeights(WeightPlan plan) {
        WeightReader reader = files.weights();
        List<Tensor> tensors = reader.tensors();
        List<String> names =
                TensorNames.HUGGING_FACE.all(files.contents().config().layers(), reader.isTied());
        for (int i = 0; i < tensors.size(); i++) {
            Tensor tensor = tensors.get(i);
            boolean isNorm = tensor.shape().size() == 1;
            WeightType type = isNorm ? tensor.type() : reader.typeOf(tensor, plan);
            if (!SafetensorsWriter.TYPES.contains(type)) {
                throw tensor.refuse("is " + type + ", and a folder holds no quants; --weights f32 keeps every value,"
                        + " bf16 and f16 round it");
            }
            int[] shape = tensor.shape().stream().mapToInt(Long::intValue).toArray();
            weights.tensor(names.get(i), type, shape, (row, into) -> {
                float[] values = reader.row(tensor, row);
                System.arraycopy(values, 0, into, 0, into.length);
            });
        }
    }
}
