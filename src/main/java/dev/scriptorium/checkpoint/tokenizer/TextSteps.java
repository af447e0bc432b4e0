package dev.scriptorium.checkpoint.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.BpeTokenizer.Decoding;
import dev.scriptorium.token.PreTokenizer;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.SpaceMarking.Prefix;
import dev.scriptorium.token.SplitPattern;
import dev.scriptorium.token.SplitPattern.Behavior;
import dev.scriptorium.token.SplitSteps;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The steps of tokenizer.json that work on text: normalizer, pre_tokenizer and decoder.
 *
 * @param words what happens to text before it becomes pieces
 * @param decoding how pieces become text
 */
record TextSteps(PreTokenizer words, Decoding decoding) {
    private static final String MARK = "\u2581";

    static TextSteps read(JsonFile file) {
        Decoding decoding = decoding(file);
        List<JsonNode> cuts = steps(file, "pre_tokenizer", "pretokenizers");
        boolean ofBytes = !cuts.isEmpty() && type(cuts.getLast()).equals("ByteLevel");
        if (ofBytes != (decoding == Decoding.BYTE_LEVEL)) {
            throw file.refuse(
                    ofBytes
                            ? "pre_tokenizer ends with ByteLevel, but decoder is not ByteLevel"
                            : "decoder is ByteLevel, but pre_tokenizer does not end with ByteLevel");
        }
        return new TextSteps(ofBytes ? splitSteps(file, cuts) : spaceMarking(file, cuts), decoding);
    }

    /** A lone step, or the steps of a Sequence. */
    static List<JsonNode> steps(JsonFile file, String field, String list) {
        JsonNode node = file.root().path(field);
        if (node.isMissingNode() || node instanceof NullNode) {
            return List.of();
        }
        if (!type(node).equals("Sequence")) {
            return List.of(node);
        }
        List<JsonNode> steps = new ArrayList<>();
        node.path(list).forEach(steps::add);
        return Collections.unmodifiableList(steps);
    }

    private static String type(JsonNode step) {
        return step.path("type").asText();
    }

    private static SplitSteps splitSteps(JsonFile file, List<JsonNode> cuts) {
        List<Normalizer.Form> forms = new ArrayList<>();
        for (JsonNode step : steps(file, "normalizer", "normalizers")) {
            forms.add(
                    switch (type(step)) {
                        case "NFC" -> Normalizer.Form.NFC;
                        case "NFD" -> Normalizer.Form.NFD;
                        case "NFKC" -> Normalizer.Form.NFKC;
                        case "NFKD" -> Normalizer.Form.NFKD;
                        default ->
                            throw file.refuse("normalizer " + step.path("type")
                                    + " is not supported before bytes; NFC, NFD," + " NFKC and NFKD are");
                    });
        }
        List<SplitSteps.Step> steps = new ArrayList<>();
        for (int at = 0; at < cuts.size(); at++) {
            JsonNode cut = cuts.get(at);
            switch (type(cut)) {
                case "Split" -> steps.add(new SplitSteps.Step.Cut(split(file, cut)));
                case "Digits" -> steps.add(cut(cut.path("individual_digits").asBoolean(false) ? "\\p{N}" : "\\p{N}+"));
                case "ByteLevel" -> {
                    if (at < cuts.size() - 1) {
                        throw file.refuse("pre_tokenizer has ByteLevel before its last step, which is not supported");
                    }
                    if (cut.path("add_prefix_space").asBoolean(true)) {
                        steps.add(new SplitSteps.Step.SpaceBefore());
                    }
                    if (cut.path("use_regex").asBoolean(true)) {
                        steps.add(cut(SplitPattern.GPT2));
                    }
                }
                default ->
                    throw file.refuse("pre_tokenizer " + cut.path("type")
                            + " is not supported; Split, Digits and ByteLevel are, and a lone Metaspace");
            }
        }
        return new SplitSteps(forms, steps);
    }

    private static SplitSteps.Step cut(String regex) {
        return new SplitSteps.Step.Cut(SplitPattern.regex(regex, Behavior.ISOLATED, false));
    }

    private static SplitPattern split(JsonFile file, JsonNode cut) {
        Behavior behavior = switch (cut.path("behavior").asText()) {
            case "Removed" -> Behavior.REMOVED;
            case "Isolated" -> Behavior.ISOLATED;
            case "MergedWithPrevious" -> Behavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> Behavior.MERGED_WITH_NEXT;
            case "Contiguous" -> Behavior.CONTIGUOUS;
            default -> throw file.refuse("pre_tokenizer has a Split of the unknown behavior " + cut.path("behavior"));
        };
        boolean inverted = cut.path("invert").asBoolean(false);
        JsonNode regex = cut.path("pattern").path("Regex");
        JsonNode text = cut.path("pattern").path("String");
        if (regex.isTextual() == text.isTextual()) {
            throw file.refuse("pre_tokenizer has a Split by the pattern " + cut.path("pattern")
                    + ", which is neither a Regex nor a String");
        }
        try {
            return regex.isTextual()
                    ? SplitPattern.regex(regex.textValue(), behavior, inverted)
                    : SplitPattern.literal(text.textValue(), behavior, inverted);
        } catch (IllegalArgumentException e) {
            throw file.refuse("pre_tokenizer cannot be used: " + e.getMessage());
        }
    }

    /** Spaces are marked by the normalizer (Prepend, Replace) or by the pre_tokenizer (Metaspace). */
    private static SpaceMarking spaceMarking(JsonFile file, List<JsonNode> cuts) {
        List<JsonNode> normalizers = steps(file, "normalizer", "normalizers");
        if (cuts.size() == 1 && type(cuts.getFirst()).equals("Metaspace") && normalizers.isEmpty()) {
            JsonNode metaspace = cuts.getFirst();
            if (!metaspace.path("replacement").asText(MARK).equals(MARK)) {
                throw file.refuse("pre_tokenizer.replacement is " + metaspace.path("replacement") + ", but must be '"
                        + MARK + "'");
            }
            return new SpaceMarking(
                    metaspacePrefix(file, metaspace), metaspace.path("split").asBoolean(true));
        }
        if (!cuts.isEmpty()) {
            throw file.refuse("pre_tokenizer has the steps "
                    + cuts.stream().map(TextSteps::type).toList()
                    + (normalizers.isEmpty() ? "" : " after a normalizer")
                    + ", but only steps that end with ByteLevel, a lone Metaspace, or a normalizer of Prepend and"
                    + " Replace are read");
        }
        Prefix prefix = Prefix.NEVER;
        boolean marksSpaces = false;
        for (JsonNode step : normalizers) {
            if (type(step).equals("Prepend") && step.path("prepend").asText().equals(MARK)) {
                prefix = Prefix.ALWAYS;
            } else if (type(step).equals("Replace")
                    && step.path("pattern").path("String").asText().equals(" ")
                    && step.path("content").asText().equals(MARK)) {
                marksSpaces = true;
            } else {
                throw file.refuse("normalizer " + step + " is not supported; Prepend '" + MARK
                        + "' and Replace ' ' by '" + MARK + "' are");
            }
        }
        if (!marksSpaces) {
            throw file.refuse("neither normalizer nor pre_tokenizer replaces spaces by '" + MARK + "'");
        }
        return new SpaceMarking(prefix, false);
    }

    private static Prefix metaspacePrefix(JsonFile file, JsonNode metaspace) {
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

    private static Decoding decoding(JsonFile file) {
        List<String> types = new ArrayList<>();
        for (JsonNode step : steps(file, "decoder", "decoders")) {
            boolean known = switch (type(step)) {
                case "Replace" ->
                    step.path("pattern").path("String").asText().equals(MARK)
                            && step.path("content").asText().equals(" ");
                case "ByteFallback", "Fuse", "ByteLevel" -> true;
                case "Strip" ->
                    step.path("content").asText().equals(" ")
                            && step.path("start").asInt() == 1
                            && step.path("stop").asInt() == 0;
                default -> false;
            };
            if (!known) {
                throw file.refuse("decoder " + step + " is not supported");
            }
            types.add(type(step));
        }
        List<String> plain = List.of("Replace", "ByteFallback", "Fuse");
        List<String> stripping = List.of("Replace", "ByteFallback", "Fuse", "Strip");
        if (types.equals(List.of("ByteLevel"))) {
            return Decoding.BYTE_LEVEL;
        }
        if (!types.equals(plain) && !types.equals(stripping)) {
            throw file.refuse("decoder has the steps " + types + ", but must be ByteLevel, or have " + stripping
                    + ", the last being optional");
        }
        return types.equals(stripping) ? Decoding.BYTE_FALLBACK_WITHOUT_FIRST_SPACE : Decoding.BYTE_FALLBACK;
    }
}
