package dev.scriptorium.grammar;

import org.jspecify.annotations.Nullable;

/**
 * A character of a JSON string of which some bytes are there: UTF-8, or an escape.
 *
 * @param form which of the two, and whether it is complete
 * @param value bits or hexadecimal digits so far; the code point once it is complete
 * @param missing bytes that must still come
 * @param least the least code point that UTF-8 writes in this many bytes
 */
record PartialCharacter(Form form, int value, int missing, int least) {
    static final PartialCharacter NONE = new PartialCharacter(Form.NONE, 0, 0, 0);

    enum Form {
        NONE,
        COMPLETE,
        UTF8,
        /** After a backslash. */
        ESCAPE,
        /** After a backslash and a u. */
        HEX
    }

    private static final String LETTERS = "\"\\/bfnrt";
    private static final String MEANT = "\"\\/\b\f\n\r\t";

    /** What is known after one more byte; null if it cannot come here. */
    @Nullable
    PartialCharacter step(int b) {
        return switch (form) {
            case NONE -> first(b);
            case UTF8 -> b >= 0x80 && b <= 0xbf ? utf8(value << 6 | b & 0x3f, missing - 1, least) : null;
            case ESCAPE -> escaped(b);
            case HEX -> {
                int digit = b < 0x80 ? Character.digit(b, 16) : -1;
                yield digit < 0 ? null : hex(value << 4 | digit, missing - 1);
            }
            case COMPLETE -> null;
        };
    }

    private static @Nullable PartialCharacter first(int b) {
        if (b == '\\') {
            return new PartialCharacter(Form.ESCAPE, 0, 1, 0);
        }
        if (b < 0x20 || b == '"') {
            return null;
        }
        if (b < 0x80) {
            return complete(b);
        }
        if (b >= 0xc2 && b <= 0xdf) {
            return utf8(b & 0x1f, 1, 0x80);
        }
        if (b >= 0xe0 && b <= 0xef) {
            return utf8(b & 0x0f, 2, 0x800);
        }
        return b >= 0xf0 && b <= 0xf4 ? utf8(b & 0x07, 3, 0x10000) : null;
    }

    private static PartialCharacter complete(int codePoint) {
        return new PartialCharacter(Form.COMPLETE, codePoint, 0, 0);
    }

    private static @Nullable PartialCharacter escaped(int b) {
        int letter = LETTERS.indexOf(b);
        if (letter >= 0) {
            return complete(MEANT.charAt(letter));
        }
        return b == 'u' ? new PartialCharacter(Form.HEX, 0, 4, 0) : null;
    }

    private static PartialCharacter utf8(int value, int missing, int least) {
        return missing == 0 ? complete(value) : new PartialCharacter(Form.UTF8, value, missing, least);
    }

    private static PartialCharacter hex(int value, int missing) {
        return missing == 0 ? complete(value) : new PartialCharacter(Form.HEX, value, missing, 0);
    }

    boolean isComplete() {
        return form == Form.COMPLETE;
    }

    int codePoint() {
        return value;
    }

    /**
     * Whether it can become a character that the automaton takes. Forms of UTF-8 that are too long are found here too,
     * because no code point is left for them; and surrogates, because they are in no set.
     */
    boolean isPossible(Dfa dfa, int state) {
        return switch (form) {
            case NONE -> true;
            case COMPLETE -> dfa.next(state, value) != Dfa.DEAD;
            case ESCAPE -> dfa.takesAny(state, 0, 0xffff);
            case HEX -> dfa.takesAny(state, value << 4 * missing, (value + 1 << 4 * missing) - 1);
            case UTF8 -> {
                int from = value << 6 * missing;
                int to = from | (1 << 6 * missing) - 1;
                yield dfa.takesAny(state, Math.max(from, least), to);
            }
        };
    }
}
