package dev.scriptorium.checkpoint;

import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaWeights;
import dev.scriptorium.token.AddedTokens;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.BytePairEncoder;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.JinjaChatFormat;
import dev.scriptorium.token.MergeTable;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A Llama model in one GGUF file: config, vocabulary and chat template are in its metadata. */
final class GgufModel {
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final double ROPE_THETA_DEFAULT = 10_000; // llama.cpp's own default

    private final GgufFile gguf;

    private GgufModel(GgufFile gguf) {
        this.gguf = gguf;
    }

    static LoadedCheckpoint load(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            return new GgufModel(GgufFile.read(MappedFile.open(path, arena))).load();
        }
    }

    private LoadedCheckpoint load() {
        Path path = gguf.file().path();
        LlamaConfig config = config();
        Vocabulary vocabulary = vocabulary(config.vocabularySize());
        BpeTokenizer tokenizer = tokenizer(vocabulary);
        JsonFile generation = GenerationDefaults.fileFor(path);
        Set<Integer> stated = Checkpoint.endIds(generation);
        Set<Integer> endIds =
                Checkpoint.checkedEndIds(path.toString(), stated.isEmpty() ? ownEndIds() : stated, vocabulary.size());
        Integer endId = id("tokenizer.ggml.eos_token_id", vocabulary);
        String template = gguf.textOrNull("tokenizer.chat_template");
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
        return Checkpoint.checked(
                gguf.file().path().toString(),
                new LlamaConfig(
                        hidden,
                        gguf.positiveInt("llama.feed_forward_length"),
                        gguf.positiveInt("llama.block_count"),
                        heads,
                        keyValueHeads == null ? heads : keyValueHeads,
                        headSize,
                        list(TOKENS, String.class).size(),
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

    private <T> List<T> list(String key, Class<T> type) {
        List<T> values = gguf.listOrNull(key, type);
        if (values == null) {
            throw gguf.refuse("lacks " + key + ", which a tokenizer of the kind 'llama' needs");
        }
        return values;
    }

    private Vocabulary vocabulary(int size) {
        String model = gguf.textOrNull("tokenizer.ggml.model");
        if (!"llama".equals(model)) {
            throw gguf.refuse("tokenizer.ggml.model is '" + model + "', but only 'llama' (SentencePiece BPE) is read");
        }
        List<String> pieces = list(TOKENS, String.class);
        List<Long> types = gguf.listOrNull("tokenizer.ggml.token_type", Long.class);
        if (types != null && types.size() != size) {
            throw gguf.refuse("tokenizer.ggml.token_type has " + types.size() + " elements for " + size + " tokens");
        }
        List<Kind> kinds = new ArrayList<>();
        for (int id = 0; id < size; id++) {
            kinds.add(types == null ? Kind.NORMAL : kind(id, types.get(id), pieces.get(id)));
        }
        return new Vocabulary(pieces, kinds);
    }

    private Kind kind(int id, long type, String piece) {
        if (type < 1 || type > Kind.values().length) {
            throw gguf.refuse("tokenizer.ggml.token_type " + id + " is " + type + ", but must be 1 to 6");
        }
        Kind kind = Kind.values()[(int) type - 1];
        if (kind == Kind.BYTE && Vocabulary.byteOf(piece) < 0) {
            throw gguf.refuse("token " + id + " is a byte, but is spelled '" + piece + "', not like '<0x41>'");
        }
        return kind;
    }

    private BpeTokenizer tokenizer(Vocabulary vocabulary) {
        List<Double> scores = list("tokenizer.ggml.scores", Double.class);
        if (scores.size() != vocabulary.size()) {
            throw gguf.refuse(
                    "tokenizer.ggml.scores has " + scores.size() + " elements for " + vocabulary.size() + " tokens");
        }
        float[] byId = new float[scores.size()];
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < byId.length; id++) {
            byId[id] = scores.get(id).floatValue();
            if (Float.isNaN(byId[id])) {
                throw gguf.refuse("tokenizer.ggml.scores " + id + " is not a number");
            }
            String spelling = vocabulary.piece(id);
            switch (vocabulary.kind(id)) {
                case UNKNOWN, CONTROL -> addNonEmpty(added, spelling, id, true);
                case USER_DEFINED -> addNonEmpty(added, spelling, id, false);
                case NORMAL, UNUSED, BYTE -> {}
            }
        }
        boolean marksFirst = !Boolean.FALSE.equals(gguf.booleanOrNull("tokenizer.ggml.add_space_prefix"));
        Integer begin = id("tokenizer.ggml.bos_token_id", vocabulary);
        // A vocabulary of this kind starts prompts with the begin token unless it says otherwise, as in llama.cpp.
        boolean addsBegin = begin != null && !Boolean.FALSE.equals(gguf.booleanOrNull("tokenizer.ggml.add_bos_token"));
        BytePairEncoder.Options options = new BytePairEncoder.Options(true, true, false);
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(vocabulary, MergeTable.scored(vocabulary, byId), options),
                new AddedTokens(added),
                new BpeTokenizer.Rules(
                        new SpaceMarking(marksFirst ? SpaceMarking.Prefix.ALWAYS : SpaceMarking.Prefix.NEVER, false),
                        marksFirst,
                        addsBegin,
                        begin == null ? -1 : begin));
    }

    private static void addNonEmpty(List<AddedToken> added, String spelling, int id, boolean control) {
        if (!spelling.isEmpty()) {
            added.add(new AddedToken(spelling, id, control, false, false));
        }
    }

    private @Nullable Integer id(String key, Vocabulary vocabulary) {
        Integer id = gguf.intOrNull(key);
        if (id != null && (id < 0 || id >= vocabulary.size())) {
            throw gguf.refuse(key + " is " + id + ", but the model has ids 0 to " + (vocabulary.size() - 1));
        }
        return id;
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
