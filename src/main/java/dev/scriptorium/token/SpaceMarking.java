package dev.scriptorium.token;

import java.util.ArrayList;
import java.util.List;

/**
 * SentencePiece's way with spaces: each becomes the visible {@code ▁} (U+2581), and most texts get one in front, so
 * that a word looks the same at the beginning and in the middle.
 *
 * @param prefix where a mark is put in front
 * @param splits whether words are encoded one by one, each with the mark before it
 */
public record SpaceMarking(Prefix prefix, boolean splits) implements PreTokenizer {
    static final char MARK = '\u2581';

    /** Where a mark is put in front of text; the names of tokenizer.json in brackets. */
    public enum Prefix {
        /** Nowhere (Metaspace, {@code never}). */
        NEVER,
        /** Every stretch between added tokens (normalizer Prepend; the {@code legacy} way of Llama-2). */
        ALWAYS,
        /** The same, unless there is one already (Metaspace, {@code always}). */
        ALWAYS_UNLESS_MARKED,
        /** Only where the text begins, unless there is one already (Metaspace, {@code first}). */
        FIRST_UNLESS_MARKED
    }

    @Override
    public List<String> words(String stretch, boolean first) {
        String marked = stretch.replace(' ', MARK);
        boolean unmarked = marked.charAt(0) != MARK;
        boolean prefixed = switch (prefix) {
            case NEVER -> false;
            case ALWAYS -> true;
            case ALWAYS_UNLESS_MARKED -> unmarked;
            case FIRST_UNLESS_MARKED -> unmarked && first;
        };
        String text = prefixed ? MARK + marked : marked;
        return splits ? splitBeforeMarks(text) : List.of(text);
    }

    private static List<String> splitBeforeMarks(String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf(MARK, 1); end >= 0; end = text.indexOf(MARK, end + 1)) {
            words.add(text.substring(start, end));
            start = end;
        }
        words.add(text.substring(start));
        return words;
    }
}
