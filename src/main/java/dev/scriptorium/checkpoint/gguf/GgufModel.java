package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.GenerationDefaults;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.checkpoint.file.MappedFile;
import dev.scriptorium.checkpoint.weights.ConfigRules;
import dev.scriptorium.checkpoint.weights.RowDecoder;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.TensorNames;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.JinjaChatFormat;
import dev.scriptorium.token.Vocabulary;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A Llama model in one GGUF file: config, vocabulary and chat template are in its metadata. */
public final class GgufModel {
    private static final double ROPE_THETA_DEFAULT = 10_000; // llama.cpp's own default

    private static final String ROPE_DIVISORS = "rope_freqs.weight";

    private final GgufFile gguf;
    private final GgufTokenizer own;

    private GgufModel(GgufFile gguf) {
        this.gguf = gguf;
        this.own = new GgufTokenizer(gguf);
    }

    /** Opens the file; nothing stays mapped if it is refused. */
    public static CheckpointFiles open(Path path) {
        Arena arena = Arena.ofConfined();
        try {
            return new GgufModel(GgufFile.read(MappedFile.open(path, arena))).open(arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** The tokenizer alone. */
    public static BpeTokenizer tokenizer(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            GgufTokenizer own = new GgufTokenizer(GgufFile.read(MappedFile.open(path, arena)));
            return own.tokenizer(own.vocabulary(own.size()));
        }
    }

    private CheckpointFiles open(Arena arena) {
        Path path = gguf.file().path();
        List<Tensor> tensors = new ArrayList<>(gguf.tensors());
        LlamaConfig config = scaled(config(), tensors);
        Vocabulary vocabulary = own.vocabulary(config.vocabularySize());
        BpeTokenizer tokenizer = own.tokenizer(vocabulary);
        JsonFile generation = GenerationDefaults.fileFor(path);
        Set<Integer> stated = ConfigRules.endIds(generation);
        Set<Integer> endIds =
                ConfigRules.checkedEndIds(path.toString(), stated.isEmpty() ? ownEndIds() : stated, vocabulary.size());
        Integer endId = own.id("tokenizer.ggml.eos_token_id", vocabulary);
        String template = own.chatTemplate();
        String endToken = endId == null ? "" : vocabulary.piece(endId);
        ChatFormat chat = template == null ? null : new JinjaChatFormat(tokenizer, template, endToken);
        ContentDigest digest = new ContentDigest();
        digest.add("gguf header", gguf.file().bytes().asSlice(0, gguf.headerBytes()));
        if (config.ropeScaling() instanceof RotaryScaling.Divisors divisors) {
            digest.add(ROPE_DIVISORS, divisors.toString());
        }
        boolean tied = tensors.stream().noneMatch(tensor -> tensor.name().equals(TensorNames.GGUF.output));
        return new CheckpointFiles(
                arena,
                new CheckpointFiles.Contents(
                        "GGUF",
                        config,
                        tokenizer,
                        chat,
                        template,
                        endId == null ? null : endToken,
                        GenerationDefaults.read(generation),
                        endIds,
                        List.of()),
                new WeightReader(config, TensorNames.GGUF, tensors, tied, path.toString()),
                digest);
    }

    /** Takes the tensor with a divisor a rotary pair from among the weights, if there is one. */
    private LlamaConfig scaled(LlamaConfig config, List<Tensor> tensors) {
        String type = gguf.textOrNull("llama.rope.scaling.type");
        if (type != null && !Set.of("none", "linear").contains(type)) {
            throw gguf.refuse("llama.rope.scaling.type is '" + type + "', but only 'none' and 'linear' are read");
        }
        for (Tensor tensor : gguf.tensors()) {
            if (tensor.name().equals(ROPE_DIVISORS)) {
                tensors.remove(tensor);
                if (!tensor.shape().equals(List.of(config.headSize() / 2L)) || tensor.type() != WeightType.F32) {
                    throw tensor.refuse("is " + tensor.typeName() + " of shape " + tensor.shape()
                            + ", but must be F32 with one divisor a rotary pair, " + config.headSize() / 2);
                }
                return config.withRopeScaling(new RotaryScaling.Divisors(divisors(tensor)));
            }
        }
        String factor = "llama.rope.scaling.factor";
        return "linear".equals(type)
                ? config.withRopeScaling(new RotaryScaling.Linear(
                        ConfigRules.factor(gguf.file().path().toString(), factor, gguf.numberOrNull(factor))))
                : config;
    }

    private static List<Float> divisors(Tensor tensor) {
        List<Float> divisors = new ArrayList<>();
        for (float divisor : RowDecoder.floats(WeightType.F32, tensor.bytes().toArray(ValueLayout.JAVA_BYTE))) {
            if (!(divisor > 0) || Float.isInfinite(divisor)) {
                throw tensor.refuse("has the divisor " + divisor + ", but must have numbers above 0");
            }
            divisors.add(divisor);
        }
        return divisors;
    }

    private LlamaConfig config() {
        String architecture = gguf.textOrNull("general.architecture");
        if (!"llama".equals(architecture)) {
            throw gguf.refuse("general.architecture is '" + architecture + "', but only 'llama' is read");
        }
        Integer experts = gguf.intOrNull("llama.expert_count");
        if (experts != null && experts != 0) {
            throw gguf.refuse("llama.expert_count is " + experts + ", but a Llama-2 has no experts");
        }
        int hidden = gguf.positiveInt("llama.embedding_length");
        int heads = gguf.positiveInt("llama.attention.head_count");
        Integer keyValueHeads = gguf.positiveIntOrNull("llama.attention.head_count_kv");
        int headSize = headSize(hidden, heads);
        Double epsilon = gguf.numberOrNull("llama.attention.layer_norm_rms_epsilon");
        if (epsilon == null) {
            throw gguf.refuse("lacks llama.attention.layer_norm_rms_epsilon");
        }
        Double theta = gguf.numberOrNull("llama.rope.freq_base");
        return ConfigRules.checked(
                gguf.file().path().toString(),
                new LlamaConfig(
                        hidden,
                        gguf.positiveInt("llama.feed_forward_length"),
                        gguf.positiveInt("llama.block_count"),
                        heads,
                        keyValueHeads == null ? heads : keyValueHeads,
                        headSize,
                        own.size(),
                        gguf.positiveInt("llama.context_length"),
                        epsilon.floatValue(),
                        theta == null ? ROPE_THETA_DEFAULT : theta));
    }

    private int headSize(int hidden, int heads) {
        Integer keyLength = gguf.positiveIntOrNull("llama.attention.key_length");
        if (keyLength == null && hidden % heads != 0) {
            throw gguf.refuse("llama.embedding_length " + hidden + " is not a multiple of llama.attention.head_count "
                    + heads + ", and there is no llama.attention.key_length");
        }
        int headSize = keyLength == null ? hidden / heads : keyLength;
        for (String same : List.of("llama.attention.value_length", "llama.rope.dimension_count")) {
            Integer size = gguf.intOrNull(same);
            if (size != null && size != headSize) {
                throw gguf.refuse(same + " is " + size + ", but must be the size of a head, " + headSize);
            }
        }
        return headSize;
    }

    private Set<Integer> ownEndIds() {
        Set<Integer> ids = new TreeSet<>();
        for (String key : LlamaMetadata.END_IDS) {
            Integer id = gguf.intOrNull(key);
            if (id != null) {
                ids.add(id);
            }
        }
        return ids;
    }
}
