package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.token.AddedTokens;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.BytePairEncoder;
import dev.scriptorium.token.MergeTable;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The vocabulary and tokenizer in a GGUF file's metadata. */
final class GgufTokenizer {
    private static final String TOKENS = "tokenizer.ggml.tokens";

    private final GgufFile gguf;

    GgufTokenizer(GgufFile gguf) {
        this.gguf = gguf;
    }

    private <T> List<T> list(String key, Class<T> type) {
        List<T> values = gguf.listOrNull(key, type);
        if (values == null) {
            throw gguf.refuse("lacks " + key + ", which a tokenizer of the kind 'llama' needs");
        }
        return values;
    }

    /** How many tokens the file lists. */
    int size() {
        return list(TOKENS, String.class).size();
    }

    Vocabulary vocabulary(int size) {
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

    BpeTokenizer tokenizer(Vocabulary vocabulary) {
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
                        AddedTokens.NONE,
                        marksFirst
                                ? BpeTokenizer.Decoding.BYTE_FALLBACK_WITHOUT_FIRST_SPACE
                                : BpeTokenizer.Decoding.BYTE_FALLBACK,
                        addsBegin,
                        begin == null ? -1 : begin));
    }

    private static void addNonEmpty(List<AddedToken> added, String spelling, int id, boolean control) {
        if (!spelling.isEmpty()) {
            added.add(new AddedToken(spelling, id, control, false, false));
        }
    }

    /** The id under a key of the metadata, or null; one that is no token is refused. */
    @Nullable
    Integer id(String key, Vocabulary vocabulary) {
        Integer id = gguf.intOrNull(key);
        if (id != null && (id < 0 || id >= vocabulary.size())) {
            throw gguf.refuse(key + " is " + id + ", but the model has ids 0 to " + (vocabulary.size() - 1));
        }
        return id;
    }
}
