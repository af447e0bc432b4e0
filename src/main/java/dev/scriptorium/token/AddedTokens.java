package dev.scriptorium.token;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        public AddedToken {
            if (spelling.isEmpty()) {
                throw new IllegalArgumentException("added token " + id + " has no spelling");
            }
        }
    }

    /** Where the characters so far may lead; a tree, because vocabularies have hundreds of tokens that begin alike. */
    private static final class Node {
        private final Map<Character, Node> next = new HashMap<>();
        private @Nullable AddedToken token;
    }

    /** No tokens at all. */
    public static final AddedTokens NONE = new AddedTokens(List.of());

    private final List<AddedToken> tokens;
    private final Node root = new Node();

    /** @param tokens of two with the same spelling the first counts */
    public AddedTokens(Collection<AddedToken> tokens) {
        this.tokens = List.copyOf(tokens);
        for (AddedToken token : tokens) {
            Node node = root;
            for (char character : token.spelling().toCharArray()) {
                node = node.next.computeIfAbsent(character, unseen -> new Node());
            }
            node.token = node.token == null ? token : node.token;
        }
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

    private @Nullable AddedToken find(String text, int at, boolean withControl) {
        AddedToken longest = null;
        Node node = root.next.get(text.charAt(at));
        for (int next = at + 1; node != null; next++) {
            AddedToken token = node.token;
            longest = token != null && (withControl || !token.control()) ? token : longest;
            node = next < text.length() ? node.next.get(text.charAt(next)) : null;
        }
        return longest;
    }
}
