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

/**
 * The vocabulary and tokenizer in a GGUF file's metadata: of the kind {@code llama}, which has scores, or {@code gpt2},
 * which has merges of bytes.
 */
final class GgufTokenizer {
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String LLAMA = "llama";
    private static final String GPT2 = "gpt2";

    private final GgufFile gguf;

    GgufTokenizer(GgufFile gguf) {
        this.gguf = gguf;
    }

    /** {@code llama} or {@code gpt2}. */
    private String kind() {
        String kind = gguf.textOrNull("tokenizer.ggml.model");
        if (kind == null || !kind.equals(LLAMA) && !kind.equals(GPT2)) {
            throw gguf.refuse("tokenizer.ggml.model is '" + kind
                    + "', but only 'llama' (SentencePiece BPE) and 'gpt2' (byte-level BPE) are read");
        }
        return kind;
    }

    private <T> List<T> list(String key, Class<T> type) {
        List<T> values = gguf.listOrNull(key, type);
        if (values == null) {
            throw gguf.refuse("lacks " + key + ", which a tokenizer of the kind '" + kind() + "' needs");
        }
        return values;
    }

    /** How many tokens the file lists. */
    int size() {
        return list(TOKENS, String.class).size();
    }

    Vocabulary vocabulary(int size) {
        boolean ofBytes = kind().equals(GPT2);
        List<String> pieces = list(TOKENS, String.class);
        List<Long> types = gguf.listOrNull("tokenizer.ggml.token_type", Long.class);
        if (types != null && types.size() != size) {
            throw gguf.refuse("tokenizer.ggml.token_type has " + types.size() + " elements for " + size + " tokens");
        }
        List<Kind> kinds = new ArrayList<>();
        for (int id = 0; id < size; id++) {
            Kind kind = types == null ? Kind.NORMAL : kind(id, types.get(id), pieces.get(id));
            if (kind == Kind.BYTE && ofBytes) {
                throw gguf.refuse("token " + id + " is a byte token, which a tokenizer of the kind 'gpt2' has not");
            }
            kinds.add(kind);
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
        return kind().equals(GPT2) ? ofBytes(vocabulary) : ofScores(vocabulary);
    }

    private BpeTokenizer ofBytes(Vocabulary vocabulary) {
        GgufPreTokenizer cuts = GgufPreTokenizer.named(gguf, gguf.textOrNull("tokenizer.ggml.pre"));
        List<String> merges = list("tokenizer.ggml.merges", String.class);
        int[] lefts = new int[merges.size()];
        int[] rights = new int[merges.size()];
        int[] results = new int[merges.size()];
        for (int rank = 0; rank < merges.size(); rank++) {
            String merge = merges.get(rank);
            int space = merge.indexOf(' ', 1); // a piece may be a space, and then it comes first
            if (space < 0) {
                throw gguf.refuse("tokenizer.ggml.merges " + rank + " is '" + merge + "', which is not two pieces");
            }
            lefts[rank] = mergeId(rank, merge.substring(0, space), vocabulary);
            rights[rank] = mergeId(rank, merge.substring(space + 1), vocabulary);
            results[rank] = mergeId(rank, merge.substring(0, space) + merge.substring(space + 1), vocabulary);
        }
        Integer begin = id("tokenizer.ggml.bos_token_id", vocabulary);
        Boolean stated = gguf.booleanOrNull("tokenizer.ggml.add_bos_token");
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(
                        vocabulary,
                        MergeTable.ranked(lefts, rights, results),
                        new BytePairEncoder.Options(false, false, cuts.ignoresMerges)),
                addedTokens(vocabulary),
                new BpeTokenizer.Rules(
                        cuts.steps(),
                        AddedTokens.NONE,
                        BpeTokenizer.Decoding.BYTE_LEVEL,
                        begin != null && (stated == null ? cuts.addsBegin : stated),
                        begin == null ? -1 : begin));
    }

    private int mergeId(int rank, String piece, Vocabulary vocabulary) {
        int id = vocabulary.id(piece);
        if (id < 0) {
            throw gguf.refuse(
                    "tokenizer.ggml.merges " + rank + " needs the piece '" + piece + "', which " + TOKENS + " lacks");
        }
        return id;
    }

    private BpeTokenizer ofScores(Vocabulary vocabulary) {
        List<Double> scores = list("tokenizer.ggml.scores", Double.class);
        if (scores.size() != vocabulary.size()) {
            throw gguf.refuse(
                    "tokenizer.ggml.scores has " + scores.size() + " elements for " + vocabulary.size() + " tokens");
        }
        float[] byId = new float[scores.size()];
        for (int id = 0; id < byId.length; id++) {
            byId[id] = scores.get(id).floatValue();
            if (Float.isNaN(byId[id])) {
                throw gguf.refuse("tokenizer.ggml.scores " + id + " is not a number");
            }
            int characters = vocabulary.piece(id).length();
            if (characters > MergeTable.PIECE_CHARACTERS_MAX) {
                throw gguf.refuse(TOKENS + " " + id + " has " + characters + " characters, but at most "
                        + MergeTable.PIECE_CHARACTERS_MAX + " are allowed");
            }
        }
        boolean marksFirst = !Boolean.FALSE.equals(gguf.booleanOrNull("tokenizer.ggml.add_space_prefix"));
        boolean collapses = Boolean.TRUE.equals(gguf.booleanOrNull("tokenizer.ggml.remove_extra_whitespaces"));
        Integer begin = id("tokenizer.ggml.bos_token_id", vocabulary);
        // A vocabulary of this kind starts prompts with the begin token unless it says otherwise, as in llama.cpp.
        boolean addsBegin = begin != null && !Boolean.FALSE.equals(gguf.booleanOrNull("tokenizer.ggml.add_bos_token"));
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(
                        vocabulary,
                        MergeTable.scored(vocabulary, byId),
                        new BytePairEncoder.Options(true, true, false)),
                addedTokens(vocabulary),
                new BpeTokenizer.Rules(
                        new SpaceMarking(
                                marksFirst ? SpaceMarking.Prefix.ALWAYS : SpaceMarking.Prefix.NEVER, false, collapses),
                        AddedTokens.NONE,
                        marksFirst
                                ? BpeTokenizer.Decoding.BYTE_FALLBACK_WITHOUT_FIRST_SPACE
                                : BpeTokenizer.Decoding.BYTE_FALLBACK,
                        addsBegin,
                        begin == null ? -1 : begin));
    }

    /** The chat template, or null. */
    @Nullable
    String chatTemplate() {
        return gguf.textOrNull("tokenizer.chat_template");
    }

    private AddedTokens addedTokens(Vocabulary vocabulary) {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            boolean inText = switch (vocabulary.kind(id)) {
                case UNKNOWN, CONTROL, USER_DEFINED -> true;
                case NORMAL, UNUSED, BYTE -> false;
            };
            String spelling = vocabulary.piece(id);
            if (!inText || spelling.isEmpty()) {
                continue;
            }
            if (spelling.length() > AddedToken.SPELLING_CHARACTERS_MAX) {
                throw gguf.refuse(TOKENS + " " + id + " has " + spelling.length() + " characters, but at most "
                        + AddedToken.SPELLING_CHARACTERS_MAX + " are allowed");
            }
            boolean control = vocabulary.kind(id) != Kind.USER_DEFINED || AddedTokens.isTagOf(chatTemplate(), spelling);
            added.add(new AddedToken(spelling, id, control, false, false));
        }
        return new AddedTokens(added);
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
