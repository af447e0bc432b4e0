package dev.scriptorium.checkpoint.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.GenerationDefaults;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.checkpoint.file.MappedFile;
import dev.scriptorium.checkpoint.tokenizer.TokenizerFolder;
import dev.scriptorium.checkpoint.weights.ConfigRules;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.TensorNames;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder as Transformers saves it: config.json, generation_config.json, tokenizer.json, tokenizer_config.json and the
 * weights in model.safetensors, or in the shards that model.safetensors.index.json names.
 */
public final class HuggingFaceFolder {
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Set<String> MODEL_TYPES = Set.of("llama", "mistral");
    private static final double ROPE_THETA_DEFAULT = 10_000; // Transformers' own default
    private static final double RMS_NORM_EPSILON_DEFAULT = 1e-6;

    private final Path folder;
    private final JsonFile config;
    private final List<String> notes = new ArrayList<>();

    private HuggingFaceFolder(Path folder) {
        this.folder = folder;
        this.config = JsonFile.read(existing("config.json", "which says the shape of the model"));
    }

    public static boolean hasWeights(Path folder) {
        return Files.exists(folder.resolve(WEIGHTS)) || Files.exists(folder.resolve(INDEX));
    }

    /** The config.json of a folder, or null. */
    public static @Nullable JsonFile configOrNull(Path folder) {
        Path file = folder.resolve("config.json");
        return Files.exists(file) ? JsonFile.read(file) : null;
    }

    /** Opens the folder; nothing stays mapped if it is refused. */
    public static CheckpointFiles open(Path folder) {
        Arena arena = Arena.ofConfined();
        try {
            return new HuggingFaceFolder(folder).open(arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private CheckpointFiles open(Arena arena) {
        LlamaConfig numbers = numbers();
        TokenizerFolder files = TokenizerFolder.read(folder, config);
        JsonFile generation = GenerationDefaults.fileIn(folder);
        Set<Integer> endIds = endIds(generation, files);
        ContentDigest digest = new ContentDigest();
        digest.add("config", ConfigRules.describe(numbers));
        files.addTo(digest);
        return new CheckpointFiles(
                arena,
                new CheckpointFiles.Contents(
                        "Hugging Face folder",
                        numbers,
                        files.tokenizer(),
                        files.chat(),
                        files.chatTemplate(),
                        files.endToken(),
                        GenerationDefaults.read(generation),
                        endIds,
                        notes),
                weights(numbers, arena),
                digest);
    }

    private Path existing(String name, String what) {
        Path path = folder.resolve(name);
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(folder + ": has no " + name + ", " + what);
        }
        return path;
    }

    private LlamaConfig numbers() {
        String modelType = config.textOrNull("model_type");
        if (modelType == null || !MODEL_TYPES.contains(modelType)) {
            throw config.refuse("model_type is '" + modelType + "', but only 'llama' and 'mistral' are read");
        }
        for (JsonNode architecture : config.root().path("architectures")) {
            if (!Set.of("LlamaForCausalLM", "MistralForCausalLM").contains(architecture.asText())) {
                throw config.refuse("architectures has '" + architecture.asText()
                        + "', but only 'LlamaForCausalLM' and 'MistralForCausalLM' are read");
            }
        }
        String activation = config.textOrNull("hidden_act");
        if (activation != null && !activation.equals("silu")) {
            throw config.refuse("hidden_act is '" + activation + "', but only 'silu' is read");
        }
        for (String bias : List.of("attention_bias", "mlp_bias")) {
            if (Boolean.TRUE.equals(config.booleanOrNull(bias))) {
                throw config.refuse(bias + " is true, but a Llama-2 has no biases");
            }
        }
        int contextLength = config.positiveInt("max_position_embeddings");
        Integer window = config.positiveIntOrNull("sliding_window");
        if (modelType.equals("mistral") && window != null && window < contextLength) {
            // Within the window the two are the same model.
            notes.add("the context is " + window + " positions, the model's sliding_window, although its"
                    + " max_position_embeddings is " + contextLength);
            contextLength = window;
        }
        int hidden = config.positiveInt("hidden_size");
        int heads = config.positiveInt("num_attention_heads");
        Integer keyValueHeads = config.positiveIntOrNull("num_key_value_heads");
        Integer headSize = config.positiveIntOrNull("head_dim");
        if (headSize == null && hidden % heads != 0) {
            throw config.refuse("hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads
                    + ", and there is no head_dim");
        }
        Double epsilon = config.numberOrNull("rms_norm_eps");
        return ConfigRules.checked(
                config.label(),
                new LlamaConfig(
                        hidden,
                        config.positiveInt("intermediate_size"),
                        config.positiveInt("num_hidden_layers"),
                        heads,
                        keyValueHeads == null ? heads : keyValueHeads,
                        headSize == null ? hidden / heads : headSize,
                        config.positiveInt("vocab_size"),
                        contextLength,
                        (float) (epsilon == null ? RMS_NORM_EPSILON_DEFAULT : epsilon),
                        ropeTheta(),
                        ropeScaling()));
    }

    private double ropeTheta() {
        Double theta = config.numberOrNull("rope_theta");
        JsonNode inside = config.root().path("rope_parameters").path("rope_theta");
        if (inside.isNumber()) {
            theta = inside.doubleValue();
        }
        return theta == null ? ROPE_THETA_DEFAULT : theta;
    }

    /** Older files have rope_scaling, those of Transformers 5 rope_parameters. */
    private RotaryScaling ropeScaling() {
        for (String field : List.of("rope_scaling", "rope_parameters")) {
            JsonNode rope = config.root().path(field);
            String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
            switch (type) {
                case "default" -> {}
                case "linear" -> {
                    return new RotaryScaling.Linear(factor(field, rope, type, "factor"));
                }
                case "llama3" -> {
                    RotaryScaling.Llama3 scaling = new RotaryScaling.Llama3(
                            factor(field, rope, type, "factor"),
                            factor(field, rope, type, "low_freq_factor"),
                            factor(field, rope, type, "high_freq_factor"),
                            (int) factor(field, rope, type, "original_max_position_embeddings"));
                    if (scaling.highFactor() <= scaling.lowFactor()) {
                        throw config.refuse(field + ".high_freq_factor is " + scaling.highFactor()
                                + ", but must be above low_freq_factor, " + scaling.lowFactor());
                    }
                    return scaling;
                }
                default ->
                    throw config.refuse(
                            field + " is of type '" + type + "', but only 'default', 'linear' and 'llama3' are read");
            }
        }
        return new RotaryScaling.None();
    }

    private float factor(String field, JsonNode rope, String type, String name) {
        JsonNode value = rope.path(name);
        return ConfigRules.factor(
                config.label(),
                field + "." + name + " (of type '" + type + "')",
                value.isNumber() ? value.doubleValue() : null);
    }

    private Set<Integer> endIds(@Nullable JsonFile generation, TokenizerFolder files) {
        Set<Integer> ids = ConfigRules.endIds(generation);
        if (ids.isEmpty()) {
            ids = ConfigRules.endIds(config);
        }
        String endToken = files.endToken();
        if (ids.isEmpty() && endToken != null) {
            int[] spelled = files.tokenizer().encodeWithControlTokens(endToken);
            ids = spelled.length == 1 ? Set.of(spelled[0]) : Set.of();
        }
        return ConfigRules.checkedEndIds(
                folder.toString(), ids, files.tokenizer().vocabularySize());
    }

    private WeightReader weights(LlamaConfig numbers, Arena arena) {
        boolean tied = Boolean.TRUE.equals(config.booleanOrNull("tie_word_embeddings"));
        List<Tensor> tensors = Files.exists(folder.resolve(WEIGHTS))
                ? SafetensorsFile.read(MappedFile.open(folder.resolve(WEIGHTS), arena))
                : shards(arena);
        return new WeightReader(numbers, TensorNames.HUGGING_FACE, tensors, tied, folder.toString());
    }

    /** Each tensor comes from the shard that the index gives it, and a shard is a file of this folder. */
    private List<Tensor> shards(Arena arena) {
        Path indexPath = folder.resolve(INDEX);
        if (!Files.exists(indexPath)) {
            throw new CheckpointException(folder + ": has neither " + WEIGHTS + " nor " + INDEX
                    + "; weights in other formats (.bin, .pth) are not read");
        }
        JsonFile index = JsonFile.read(indexPath);
        Map<String, List<Tensor>> byShard = new TreeMap<>();
        Map<String, String> shardOf = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : index.root().path("weight_map").properties()) {
            String shard = entry.getValue().asText();
            if (shard.isEmpty() || shard.contains("/") || shard.contains("\\") || shard.startsWith(".")) {
                throw index.refuse("weight_map gives '" + entry.getKey() + "' the file '" + shard
                        + "', which is not the plain name of a file in this folder");
            }
            if (!byShard.containsKey(shard)) {
                Path path = existing(shard, "which " + INDEX + " names");
                byShard.put(shard, SafetensorsFile.read(MappedFile.open(path, arena)));
            }
            shardOf.put(entry.getKey(), shard);
        }
        List<Tensor> tensors = new ArrayList<>();
        byShard.forEach((shard, all) -> all.stream()
                .filter(tensor -> shard.equals(shardOf.get(tensor.name())))
                .forEach(tensors::add));
        return tensors;
    }
}
