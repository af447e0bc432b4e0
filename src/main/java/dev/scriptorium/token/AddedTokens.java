package dev.scriptorium.token;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in text: the leftmost first, and of two at one place the longer. */
public final class AddedTokens {
    /**
     * A token that is found by its spelling, before anything else is done to the text.
     *
     * @param spelling not empty
     * @param id in the vocabulary
     * @param control whether it never shows in text, and counts only where control tokens are asked for
     * @param stripsLeft whether it takes in the white space before it
     * @param stripsRight whether it takes in the white space after it
     */
    public record AddedToken(String spelling, int id, boolean control, boolean stripsLeft, boolean stripsRight) {
        /** Longest spelling. */
        public static final int SPELLING_CHARACTERS_MAX = 512;

        public AddedToken {
            if (spelling.isEmpty() || spelling.length() > SPELLING_CHARACTERS_MAX) {
                throw new IllegalArgumentException("added token " + id + " has a spelling of " + spelling.length()
                        + " characters, but 1 to " + SPELLING_CHARACTERS_MAX + " are allowed");
            }
        }
    }

    /** No tokens at all. */
    public static final AddedTokens NONE = new AddedTokens(List.of());

    private final List<AddedToken> tokens;
    private final AddedToken[] sorted; // by spelling, so that those that begin alike lie together
    private final BitSet firsts = new BitSet(); // characters that tokens begin with

    /** @param tokens of two with the same spelling the first counts */
    public AddedTokens(Collection<AddedToken> tokens) {
        this.tokens = List.copyOf(tokens);
        this.sorted = tokens.stream()
                .sorted(Comparator.comparing(AddedToken::spelling))
                .toArray(AddedToken[]::new);
        tokens.forEach(token -> firsts.set(token.spelling().charAt(0)));
    }

    /**
     * Whether an added token that its file does not mark special acts as one all the same: it is spelled like a tag,
     * and the chat template writes it. Some files forget the mark, and a user could then end the turn.
     */
    public static boolean isTagOf(@Nullable String chatTemplate, String spelling) {
        return chatTemplate != null
                && (spelling.startsWith("<") && spelling.endsWith(">")
                        || spelling.startsWith("[") && spelling.endsWith("]"))
                && chatTemplate.contains(spelling);
    }

    List<AddedToken> tokens() {
        return tokens;
    }

    /**
     * A part of a text: an added token, or the stretch between two.
     *
     * @param token null for a stretch of text
     * @param begin index of its first character
     * @param end index after its last
     */
    record Part(@Nullable AddedToken token, int begin, int end) {}

    /** The text in parts that cover it, none empty. */
    List<Part> split(String text, boolean withControl) {
        List<Part> parts = new ArrayList<>();
        int done = 0;
        for (int at = 0; at < text.length(); at++) {
            AddedToken token = at < done ? null : find(text, at, withControl);
            if (token == null) {
                continue;
            }
            int begin = at;
            int end = at + token.spelling().length();
            while (token.stripsLeft() && begin > done && Character.isWhitespace(text.charAt(begin - 1))) {
                begin--;
            }
            while (token.stripsRight() && end < text.length() && Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            if (begin > done) {
                parts.add(new Part(null, done, begin));
            }
            parts.add(new Part(token, begin, end));
            done = end;
        }
        if (done < text.length()) {
            parts.add(new Part(null, done, text.length()));
        }
        return parts;
    }

    /** The longest token that begins there: one character after the other narrows down which it may be. */
    @Nullable
    AddedToken find(String text, int at, boolean withControl) {
        if (!firsts.get(text.charAt(at))) {
            return null;
        }
        AddedToken longest = null;
        int low = 0;
        int high = sorted.length;
        for (int depth = 0; low < high; depth++) {
            // Of those that begin alike, the ones that end here come first.
            boolean complete = false;
            while (low < high && sorted[low].spelling().length() == depth) {
                if (!complete && (withControl || !sorted[low].control())) {
                    longest = sorted[low];
                    complete = true;
                }
                low++;
            }
            if (at + depth == text.length()) {
                break;
            }
            char character = text.charAt(at + depth);
            high = firstAtLeast(low, high, depth, character + 1);
            low = firstAtLeast(low, high, depth, character);
        }
        return longest;
    }

    /** The first of these tokens whose character at that depth is at least this one. */
    private int firstAtLeast(int from, int to, int depth, int character) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle].spelling().charAt(depth) < character) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
