package dev.scriptorium.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A vocabulary of all bytes and some longer pieces, and somebody who writes with it at random. */
final class Bytes {
    private static final List<String> PIECES = List.of(
            "\":", "\": ", "\",", "\", \"", "{\"", "\"}", "[[", "]]", "},", "true", "false", "null", "12", "00", "é",
            "🐈", "ab", "the ", "e\"", "\\u00", "\\n", "0.5", "e1", " {", " [", ", ", "\"\"", "[]", "{}", "a", "a\"",
            "]}");

    static final TokenTrie TRIE = new TokenTrie(tokens());
    private static final int TOKENS_MAX = 4000;
    private static final int TOKENS_BEFORE_CLOSING = 60;

    private Bytes() {}

    private static List<byte @Nullable []> tokens() {
        List<byte @Nullable []> tokens = new ArrayList<>();
        tokens.add(null); // a control token
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        PIECES.forEach(piece -> tokens.add(piece.getBytes(StandardCharsets.UTF_8)));
        return tokens;
    }

    static boolean isAllowed(long[] allowed, int id) {
        return (allowed[id >> 6] & 1L << id) != 0;
    }

    /**
     * A document with tokens drawn from those allowed, and after a while mostly those that lead to its end.
     *
     * @throws AssertionError if nothing is allowed in the middle of it
     */
    static String write(Automaton automaton, Random random) {
        Cursor cursor = automaton.cursor();
        StringBuilder latin1 = new StringBuilder();
        for (int count = 0; !cursor.isOver() && count < TOKENS_MAX; count++) {
            if (cursor.mayEnd() && random.nextInt(4) == 0) {
                break;
            }
            int id = pick(cursor.allowed(), random, count > TOKENS_BEFORE_CLOSING && random.nextInt(4) > 0);
            if (id < 0) {
                if (cursor.mayEnd()) {
                    break;
                }
                throw new AssertionError("nothing may follow " + latin1);
            }
            cursor.accept(id);
            latin1.append(new String(TRIE.bytes(id), StandardCharsets.ISO_8859_1));
        }
        if (!cursor.mayEnd()) {
            throw new AssertionError("not over after " + TOKENS_MAX + " tokens: " + latin1.substring(0, 200));
        }
        return new String(latin1.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static int pick(long[] allowed, Random random, boolean closing) {
        if (closing && isAllowed(allowed, 1 + '"')) {
            return 1 + '"';
        }
        if (closing) {
            // The last of them is é: some patterns end with a letter of that kind only, some with b, one needs @.
            int[] ends = {1 + '}', 1 + ']', 1 + 'n', 1 + '0', 1 + 'x', 1 + 'b', 1 + '@', 257 + PIECES.indexOf("é")};
            int[] possible =
                    IntStream.of(ends).filter(id -> isAllowed(allowed, id)).toArray();
            if (possible.length > 0) {
                return possible[random.nextInt(possible.length)];
            }
        }
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < TRIE.vocabularySize(); id++) {
            if (isAllowed(allowed, id)) {
                ids.add(id);
            }
        }
        return ids.isEmpty() ? -1 : ids.get(random.nextInt(ids.size()));
    }

    /** Whether these bytes begin a document, and if {@code whole}, are one. */
    static boolean takes(Grammar grammar, String text, boolean whole) {
        Cursor cursor = grammar.automaton(TRIE).cursor();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int id = 1 + (b & 0xff);
            if (!isAllowed(cursor.allowed(), id)) {
                return false;
            }
            cursor.accept(id);
        }
        return !whole || cursor.mayEnd();
    }
}
