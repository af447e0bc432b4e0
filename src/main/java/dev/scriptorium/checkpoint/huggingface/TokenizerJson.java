package dev.scriptorium.checkpoint.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.AddedTokens;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.BytePairEncoder;
import dev.scriptorium.token.MergeTable;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.SpaceMarking.Prefix;
import dev.scriptorium.token.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokenizer.json as Hugging Face's {@code tokenizers} writes it, as far as it is SentencePiece-style BPE with
 * byte fallback; anything else is refused by name, because almost the right ids are wrong ids.
 *
 * <p>One deviation: added tokens marked {@code normalized} are looked for in the text as it stands.
 */
public final class TokenizerJson {
    private final JsonFile file;
    private final int vocabularySize;
    private final String[] pieces;
    private final Vocabulary.Kind[] kinds;

    /**
     * @param vocabularySize rows of the embedding; pieces of the vocabulary beyond are refused, rows without a piece
     *     are filled up with unused ones
     */
    private TokenizerJson(JsonFile file, int vocabularySize) {
        this.file = file;
        this.vocabularySize = vocabularySize;
        this.pieces = new String[vocabularySize];
        this.kinds = new Vocabulary.Kind[vocabularySize];
        Arrays.fill(pieces, "");
        Arrays.fill(kinds, Vocabulary.Kind.UNUSED);
    }

    /**
     * What the files beside tokenizer.json say of the begin token.
     *
     * @param token its spelling, or null
     * @param id its id, or null
     * @param added whether prompts start with it, or null
     */
    public record Begin(
            @Nullable String token,
            @Nullable Integer id,
            @Nullable Boolean added) {}

    public static BpeTokenizer read(JsonFile file, int vocabularySize, Begin begin) {
        return new TokenizerJson(file, vocabularySize).read(begin);
    }

    private BpeTokenizer read(Begin begin) {
        JsonNode model = file.root().path("model");
        checkModel(model);
        boolean stripsFirstSpace = decoderStripsFirstSpace();
        SpaceMarking spaces = spaces();
        JsonNode vocab = model.path("vocab");
        if (!vocab.isObject() || vocab.isEmpty()) {
            throw file.refuse("model.vocab is " + (vocab.isObject() ? "empty" : "missing") + "; it maps pieces to ids");
        }
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            int id = id("model.vocab", entry.getKey(), entry.getValue());
            boolean isByte = Vocabulary.byteOf(entry.getKey()) >= 0;
            put(id, entry.getKey(), isByte ? Vocabulary.Kind.BYTE : Vocabulary.Kind.NORMAL);
        }
        List<AddedToken> added = addedTokens();
        JsonNode unknown = model.path("unk_token");
        if (unknown.isTextual()) {
            put(
                    id("model.unk_token", unknown.textValue(), vocab.path(unknown.textValue())),
                    unknown.textValue(),
                    Vocabulary.Kind.UNKNOWN);
        }
        Vocabulary vocabulary = new Vocabulary(List.of(pieces), List.of(kinds));
        BytePairEncoder.Options options = new BytePairEncoder.Options(
                model.path("byte_fallback").asBoolean(false),
                model.path("fuse_unk").asBoolean(false),
                model.path("ignore_merges").asBoolean(false));
        int beginId = beginId(begin, vocabulary);
        boolean addsBegin = begin.added() == null ? templateStartsWithBegin() : begin.added();
        if (addsBegin && beginId < 0) {
            throw file.refuse("prompts are to start with a begin token, but no file names one");
        }
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(vocabulary, merges(model.path("merges"), vocabulary), options),
                new AddedTokens(added),
                new BpeTokenizer.Rules(
                        spaces,
                        AddedTokens.NONE,
                        stripsFirstSpace
                                ? BpeTokenizer.Decoding.BYTE_FALLBACK_WITHOUT_FIRST_SPACE
                                : BpeTokenizer.Decoding.BYTE_FALLBACK,
                        addsBegin,
                        beginId));
    }

    private void checkModel(JsonNode model) {
        String type = model.path("type").asText(model.has("merges") ? "BPE" : "missing");
        if (!type.equals("BPE")) {
            throw file.refuse("model.type is '" + type + "', but only 'BPE' is read");
        }
        if (model.path("dropout").asDouble(0) != 0) {
            throw file.refuse("model.dropout is " + model.path("dropout") + "; random merges cannot be repeated");
        }
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.path(affix).asText("").isEmpty() && !model.path(affix).isNull()) {
                throw file.refuse("model." + affix + " is '" + model.path(affix).asText() + "', but must be empty");
            }
        }
    }

    private void put(int id, String piece, Vocabulary.Kind kind) {
        pieces[id] = piece;
        kinds[id] = kind;
    }

    private int id(String field, String piece, JsonNode value) {
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 0
                || value.intValue() >= vocabularySize) {
            throw file.refuse(field + " gives '" + piece + "' the id " + value + ", but the model has ids 0 to "
                    + (vocabularySize - 1));
        }
        return value.intValue();
    }

    private List<AddedToken> addedTokens() {
        List<AddedToken> added = new ArrayList<>();
        for (JsonNode token : file.root().path("added_tokens")) {
            String spelling = token.path("content").asText("");
            if (spelling.isEmpty()) {
                throw file.refuse("added_tokens has an entry without content: " + token);
            }
            int id = id("added_tokens", spelling, token.path("id"));
            if (token.path("single_word").asBoolean(false)) {
                throw file.refuse("added token '" + spelling + "' is marked single_word, which is not supported");
            }
            boolean control = token.path("special").asBoolean(false);
            put(id, spelling, control ? Vocabulary.Kind.CONTROL : Vocabulary.Kind.USER_DEFINED);
            added.add(new AddedToken(
                    spelling,
                    id,
                    control,
                    token.path("lstrip").asBoolean(false),
                    token.path("rstrip").asBoolean(false)));
        }
        return added;
    }

    private MergeTable merges(JsonNode merges, Vocabulary vocabulary) {
        int[] lefts = new int[merges.size()];
        int[] rights = new int[merges.size()];
        int[] results = new int[merges.size()];
        for (int rank = 0; rank < merges.size(); rank++) {
            JsonNode merge = merges.get(rank);
            List<String> pair = merge.isTextual() ? halves(merge.textValue()) : texts(merge);
            if (pair.size() != 2) {
                throw file.refuse("merge " + rank + " is " + merge + ", which is not two pieces");
            }
            lefts[rank] = mergeId(rank, pair.getFirst(), vocabulary);
            rights[rank] = mergeId(rank, pair.getLast(), vocabulary);
            results[rank] = mergeId(rank, pair.getFirst() + pair.getLast(), vocabulary);
        }
        return MergeTable.ranked(lefts, rights, results);
    }

    private static List<String> halves(String merge) {
        int space = merge.indexOf(' ');
        return space < 0 || merge.indexOf(' ', space + 1) >= 0
                ? List.of()
                : List.of(merge.substring(0, space), merge.substring(space + 1));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private int mergeId(int rank, String piece, Vocabulary vocabulary) {
        int id = vocabulary.id(piece);
        if (id < 0) {
            throw file.refuse("merge " + rank + " needs the piece '" + piece + "', which model.vocab lacks");
        }
        return id;
    }

    /** Spaces are marked by the normalizer (Prepend, Replace) or by the pre_tokenizer (Metaspace). */
    private SpaceMarking spaces() {
        JsonNode before = file.root().path("pre_tokenizer");
        List<JsonNode> normalizers = steps("normalizer", "normalizers");
        if (before.path("type").asText("").equals("Metaspace") && normalizers.isEmpty()) {
            if (!before.path("replacement").asText("\u2581").equals("\u2581")) {
                throw file.refuse(
                        "pre_tokenizer.replacement is " + before.path("replacement") + ", but must be '\u2581'");
            }
            return new SpaceMarking(
                    metaspacePrefix(before), before.path("split").asBoolean(true));
        }
        if (!before.isMissingNode() && !before.isNull()) {
            throw file.refuse("pre_tokenizer.type is '" + before.path("type").asText() + "'"
                    + (normalizers.isEmpty() ? "" : " after a normalizer")
                    + ", but only a lone 'Metaspace', or a normalizer of Prepend and Replace, is read");
        }
        Prefix prefix = Prefix.NEVER;
        boolean marksSpaces = false;
        for (JsonNode step : normalizers) {
            String type = step.path("type").asText();
            if (type.equals("Prepend") && step.path("prepend").asText().equals("\u2581")) {
                prefix = Prefix.ALWAYS;
            } else if (type.equals("Replace")
                    && step.path("pattern").path("String").asText().equals(" ")
                    && step.path("content").asText().equals("\u2581")) {
                marksSpaces = true;
            } else {
                throw file.refuse(
                        "normalizer " + step + " is not supported; Prepend '\u2581' and Replace ' ' by '\u2581' are");
            }
        }
        if (!marksSpaces) {
            throw file.refuse("neither normalizer nor pre_tokenizer replaces spaces by '\u2581'");
        }
        return new SpaceMarking(prefix, false);
    }

    private Prefix metaspacePrefix(JsonNode metaspace) {
        // Files from before prepend_scheme have add_prefix_space instead.
        String older = metaspace.path("add_prefix_space").asBoolean(true) ? "always" : "never";
        String scheme = metaspace.path("prepend_scheme").asText(older);
        return switch (scheme) {
            case "always" -> Prefix.ALWAYS_UNLESS_MARKED;
            case "first" -> Prefix.FIRST_UNLESS_MARKED;
            case "never" -> Prefix.NEVER;
            default ->
                throw file.refuse(
                        "pre_tokenizer.prepend_scheme is '" + scheme + "', but must be always, first or never");
        };
    }

    private boolean decoderStripsFirstSpace() {
        List<String> types = new ArrayList<>();
        for (JsonNode step : steps("decoder", "decoders")) {
            String type = step.path("type").asText();
            boolean known = switch (type) {
                case "Replace" ->
                    step.path("pattern").path("String").asText().equals("\u2581")
                            && step.path("content").asText().equals(" ");
                case "ByteFallback", "Fuse" -> true;
                case "Strip" ->
                    step.path("content").asText().equals(" ")
                            && step.path("start").asInt() == 1
                            && step.path("stop").asInt() == 0;
                default -> false;
            };
            if (!known) {
                throw file.refuse("decoder " + step + " is not supported");
            }
            types.add(type);
        }
        List<String> plain = List.of("Replace", "ByteFallback", "Fuse");
        List<String> stripping = List.of("Replace", "ByteFallback", "Fuse", "Strip");
        if (!types.equals(plain) && !types.equals(stripping)) {
            throw file.refuse(
                    "decoder has the steps " + types + ", but must have " + stripping + ", the last being optional");
        }
        return types.equals(stripping);
    }

    /** A lone step, or the steps of a Sequence. */
    private List<JsonNode> steps(String field, String list) {
        JsonNode node = file.root().path(field);
        if (node.isMissingNode() || node instanceof NullNode) {
            return List.of();
        }
        if (!node.path("type").asText().equals("Sequence")) {
            return List.of(node);
        }
        List<JsonNode> steps = new ArrayList<>();
        node.path(list).forEach(steps::add);
        return Collections.unmodifiableList(steps);
    }

    private int beginId(Begin begin, Vocabulary vocabulary) {
        if (begin.token() != null) {
            int id = vocabulary.id(begin.token());
            if (id < 0) {
                throw file.refuse("the begin token '" + begin.token() + "' is not in the vocabulary");
            }
            return id;
        }
        if (begin.id() == null) {
            return -1;
        }
        if (begin.id() < 0 || begin.id() >= vocabularySize) {
            throw file.refuse(
                    "the begin token has id " + begin.id() + ", but the model has ids 0 to " + (vocabularySize - 1));
        }
        return begin.id();
    }

    private boolean templateStartsWithBegin() {
        return file.root().path("post_processor").path("single").path(0).has("SpecialToken");
    }
}
