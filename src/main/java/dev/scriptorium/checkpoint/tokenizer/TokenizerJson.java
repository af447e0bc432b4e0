package dev.scriptorium.checkpoint.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.AddedTokens;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.BytePairEncoder;
import dev.scriptorium.token.MergeTable;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokenizer.json as Hugging Face's {@code tokenizers} writes it, as far as it is BPE with byte fallback or of
 * bytes; anything else is refused by name, because almost the right ids are wrong ids.
 *
 * <p>One deviation: added tokens marked {@code normalized} are looked for in the text as it stands.
 */
final class TokenizerJson {
    private final JsonFile file;
    private final BeginRule begin;
    private final Pieces pieces;

    private TokenizerJson(JsonFile file, @Nullable Integer vocabularySize, BeginRule begin) {
        this.file = file;
        this.begin = begin;
        this.pieces = new Pieces(file.label(), vocabularySize);
    }

    /**
     * @param vocabularySize rows of the embedding; pieces of the vocabulary beyond are refused, rows without a piece
     *     are filled up with unused ones. Null if no model is there
     */
    static BpeTokenizer read(JsonFile file, @Nullable Integer vocabularySize, BeginRule begin) {
        return new TokenizerJson(file, vocabularySize, begin).read();
    }

    private BpeTokenizer read() {
        JsonNode model = file.root().path("model");
        checkModel(model);
        TextSteps steps = TextSteps.read(file);
        JsonNode vocab = model.path("vocab");
        if (!vocab.isObject() || vocab.isEmpty()) {
            throw file.refuse("model.vocab is " + (vocab.isObject() ? "empty" : "missing") + "; it maps pieces to ids");
        }
        boolean hasBytes = steps.decoding() != BpeTokenizer.Decoding.BYTE_LEVEL;
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            int id = id("model.vocab", entry.getKey(), entry.getValue());
            boolean isByte = hasBytes && Vocabulary.byteOf(entry.getKey()) >= 0;
            pieces.put(id, entry.getKey(), isByte ? Kind.BYTE : Kind.NORMAL);
        }
        List<AddedToken> added = addedTokens();
        JsonNode unknown = model.path("unk_token");
        if (unknown.isTextual()) {
            String spelling = unknown.textValue();
            pieces.put(id("model.unk_token", spelling, vocab.path(spelling)), spelling, Kind.UNKNOWN);
        }
        Vocabulary vocabulary = pieces.vocabulary();
        BytePairEncoder.Options options = new BytePairEncoder.Options(
                model.path("byte_fallback").asBoolean(false),
                model.path("fuse_unk").asBoolean(false),
                model.path("ignore_merges").asBoolean(false));
        Integer templateBegin = templateBegin(vocabulary.size());
        int stated = pieces.beginId(begin, vocabulary);
        int beginId = stated < 0 && templateBegin != null ? templateBegin : stated;
        boolean addsBegin = begin.added() == null ? templateBegin != null : begin.added();
        if (addsBegin && beginId < 0) {
            throw file.refuse("prompts are to start with a begin token, but no file names one");
        }
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(vocabulary, merges(model.path("merges"), vocabulary), options),
                new AddedTokens(added),
                new BpeTokenizer.Rules(steps.words(), AddedTokens.NONE, steps.decoding(), addsBegin, beginId));
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

    private int id(String field, String piece, JsonNode value) {
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 0
                || value.intValue() > pieces.idMax()) {
            throw file.refuse(field + " gives '" + piece + "' the id " + value + ", but the model has ids 0 to "
                    + pieces.idMax());
        }
        return value.intValue();
    }

    private List<AddedToken> addedTokens() {
        List<AddedToken> added = new ArrayList<>();
        for (JsonNode token : file.root().path("added_tokens")) {
            AddedToken read = AddedTokenJson.read(file, token, token.path("id"), begin);
            int id = id("added_tokens", read.spelling(), token.path("id"));
            // One that the file does not call special shows in text, whatever it does to the chat.
            boolean hidden = token.path("special").asBoolean(false);
            pieces.put(id, read.spelling(), hidden ? Kind.CONTROL : Kind.USER_DEFINED);
            added.add(read);
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

    /** The token that the post_processor puts before a text, or null; one that it puts after is refused. */
    private @Nullable Integer templateBegin(int vocabularySize) {
        Integer found = null;
        for (JsonNode step : TextSteps.steps(file, "post_processor", "processors")) {
            String type = step.path("type").asText();
            if (type.equals("ByteLevel")) {
                continue; // it moves offsets, and there are none here
            }
            if (!type.equals("TemplateProcessing")) {
                throw file.refuse("post_processor " + step.path("type") + " is not supported; TemplateProcessing and"
                        + " ByteLevel are");
            }
            JsonNode single = step.path("single");
            JsonNode special = single.path(0).path("SpecialToken");
            if (single.isArray() && single.size() == 1 && single.path(0).has("Sequence")) {
                continue;
            }
            if (!single.isArray()
                    || single.size() != 2
                    || special.isMissingNode()
                    || !single.path(1).has("Sequence")) {
                throw file.refuse("post_processor.single is " + single
                        + ", but must be the text, or one special token and the text");
            }
            String name = special.path("id").asText();
            JsonNode ids = step.path("special_tokens").path(name).path("ids");
            if (ids.size() != 1
                    || !ids.get(0).canConvertToInt()
                    || ids.get(0).intValue() < 0
                    || ids.get(0).intValue() >= vocabularySize) {
                throw file.refuse("post_processor.special_tokens gives '" + name + "' the ids " + ids
                        + ", but it must be one of 0 to " + (vocabularySize - 1));
            }
            found = ids.get(0).intValue();
        }
        return found;
    }
}
