package dev.scriptorium.token;

import java.util.ArrayList;
import java.util.List;

/**
 * SentencePiece's way with spaces: each becomes the visible {@code ▁} (U+2581), and most texts get one in front, so
 * that a word looks the same at the beginning and in the middle.
 *
 * @param prefix where a mark is put in front
 * @param splits whether words are encoded one by one, each with the mark before it
 * @param collapses whether spaces at the borders of the text go, and several in a row become one
 */
public record SpaceMarking(Prefix prefix, boolean splits, boolean collapses) implements PreTokenizer {
    /** One that leaves every space there is. */
    public SpaceMarking(Prefix prefix, boolean splits) {
        this(prefix, splits, false);
    }

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
        String marked = (collapses ? collapsed(stretch) : stretch).replace(' ', MARK);
        if (marked.isEmpty()) {
            return List.of();
        }
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

    private static String collapsed(String text) {
        StringBuilder collapsed = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            boolean space = text.charAt(at) == ' ';
            if (!space || !collapsed.isEmpty() && collapsed.charAt(collapsed.length() - 1) != ' ') {
                collapsed.append(text.charAt(at));
            }
        }
        boolean endsWithSpace = !collapsed.isEmpty() && collapsed.charAt(collapsed.length() - 1) == ' ';
        return collapsed.substring(0, collapsed.length() - (endsWithSpace ? 1 : 0));
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
