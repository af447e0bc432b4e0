package dev.scriptorium.token;

import java.text.Normalizer;
import java.util.List;

/**
 * Byte-level pre-tokenizing, as GPT-2, Llama-3 and SmolLM2 have it: text is normalized, cut into words by one pattern
 * after the other, and each word is spelled as the characters that stand for its bytes.
 *
 * @param forms Unicode normal forms to bring text into, in this order; usually none
 * @param steps patterns, each of which cuts the words that the one before left
 */
public record SplitSteps(List<Normalizer.Form> forms, List<Step> steps) implements PreTokenizer {
    /** Longest run of combining marks that is put in order as one: the JDK takes the square of it in time. */
    private static final int MARKS_MAX = 1024;

    /** One step of cutting. */
    public sealed interface Step {
        /** Cuts where a pattern says. */
        record Cut(SplitPattern pattern) implements Step {}

        /** Puts a space before a word that has none. */
        record SpaceBefore() implements Step {}
    }

    public SplitSteps {
        forms = List.copyOf(forms);
        steps = List.copyOf(steps);
    }

    @Override
    public List<String> words(String stretch, boolean first) {
        String text = stretch;
        for (Normalizer.Form form : forms) {
            text = normalized(text, form);
        }
        List<String> words = List.of(text);
        for (Step step : steps) {
            words = switch (step) {
                case Step.Cut(SplitPattern pattern) ->
                    words.stream().flatMap(word -> pattern.split(word).stream()).toList();
                case Step.SpaceBefore() ->
                    words.stream()
                            .map(word -> word.startsWith(" ") ? word : " " + word)
                            .toList();
            };
        }
        return words.stream().map(ByteLevelAlphabet::spell).toList();
    }

    private static String normalized(String text, Normalizer.Form form) {
        if (Normalizer.isNormalized(text, form)) {
            return text;
        }
        StringBuilder normalized = new StringBuilder(text.length());
        int begin = 0;
        int marks = 0;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            marks = isMark(text.codePointAt(at)) ? marks + 1 : 0;
            if (marks == MARKS_MAX) {
                normalized.append(Normalizer.normalize(text.substring(begin, at), form));
                begin = at;
                marks = 0;
            }
        }
        return normalized
                .append(Normalizer.normalize(text.substring(begin), form))
                .toString();
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
