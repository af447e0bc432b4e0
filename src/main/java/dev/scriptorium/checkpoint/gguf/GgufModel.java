package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.checkpoint.GenerationDefaults;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.checkpoint.file.MappedFile;
import dev.scriptorium.checkpoint.weights.ConfigRules;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaWeights;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.JinjaChatFormat;
import dev.scriptorium.token.Vocabulary;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A Llama model in one GGUF file: config, vocabulary and chat template are in its metadata. */
public final class GgufModel {
    private static final double ROPE_THETA_DEFAULT = 10_000; // llama.cpp's own default

    private final GgufFile gguf;
    private final GgufTokenizer own;

    private GgufModel(GgufFile gguf) {
        this.gguf = gguf;
        this.own = new GgufTokenizer(gguf);
    }

    public static LoadedCheckpoint load(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            return new GgufModel(GgufFile.read(MappedFile.open(path, arena))).load();
        }
    }

    private LoadedCheckpoint load() {
        Path path = gguf.file().path();
        LlamaConfig config = config();
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
        digest.add("end", new TreeSet<>(endIds).toString());
        boolean tied =
                gguf.tensors().stream().noneMatch(tensor -> tensor.name().equals(WeightReader.Layout.GGUF.output));
        LlamaWeights weights =
                new WeightReader(config, WeightReader.Layout.GGUF, gguf.tensors(), path.toString(), digest).read(tied);
        return new LoadedCheckpoint(
                config, weights, tokenizer, chat, GenerationDefaults.read(generation), endIds, digest.finish());
    }

    private LlamaConfig config() {
        String architecture = gguf.textOrNull("general.architecture");
        if (!"llama".equals(architecture)) {
            throw gguf.refuse("general.architecture is '" + architecture + "', but only 'llama' is read");
        }
        String scaling = gguf.textOrNull("llama.rope.scaling.type");
        if (scaling != null && !scaling.equals("none")) {
            throw gguf.refuse(
                    "llama.rope.scaling.type is '" + scaling + "', but only plain rotary embeddings ('none') are read");
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
        for (String key : List.of("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id")) {
            Integer id = gguf.intOrNull(key);
            if (id != null) {
                ids.add(id);
            }
        }
        return ids;
    }
}
