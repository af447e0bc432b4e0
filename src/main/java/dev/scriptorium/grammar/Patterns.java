package dev.scriptorium.grammar;

import dev.scriptorium.grammar.Dfa.Nfa;

/**
 * A part of ECMA-262's regular expressions, by Thompson's construction: literals, classes, groups, alternation,
 * repetition, and {@code ^} and {@code $} at the ends. As JSON Schema has it, a pattern without those matches anywhere
 * in a text. Look-around, back references, {@code \b}, {@code \p} and lazy or possessive repetition are refused.
 *
 * <p>Where regular expression engines differ (which spaces {@code \s} means), a character is only taken if all of them
 * take it.
 */
final class Patterns {
    private static final int REPETITIONS_MAX = 256;
    private static final int DEPTH_MAX = 64;

    private static final CodePoints DIGIT = CodePoints.of('0', '9');
    private static final CodePoints WORD = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    private static final CodePoints SURE_SPACE = CodePoints.of('\t', '\r', ' ', ' ');
    private static final CodePoints MAYBE_SPACE = CodePoints.of(
            '\t', '\r', ' ', ' ', 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200b, 0x2028,
            0x2029, 0x202f, 0x202f, 0x205f, 0x2060, 0x3000, 0x3000, 0xfeff, 0xfeff);
    private static final CodePoints LINE_END = CodePoints.of('\n', '\n', '\r', '\r', 0x85, 0x85, 0x2028, 0x2029);

    private final int[] pattern;
    private final Nfa nfa;
    private int at;
    private int depth;

    /** What surely matches, and what at most matches. */
    private record Class(CodePoints sure, CodePoints most) {
        static Class exactly(CodePoints characters) {
            return new Class(characters, characters);
        }

        Class not() {
            return new Class(most.not(), sure.not());
        }

        Class or(Class other) {
            return new Class(sure.or(other.sure), most.or(other.most));
        }
    }

    private record Piece(int start, int end) {}

    private Patterns(String pattern, PatternWork work) {
        this.nfa = new Nfa(work);
        this.pattern = pattern.codePoints().toArray();
    }

    /** @throws UnsupportedSchemaException whose message goes on after "the pattern" */
    static Dfa compile(String pattern, PatternWork work) {
        Patterns reader = new Patterns(pattern, work);
        Piece whole = reader.alternatives(true);
        if (reader.at < reader.pattern.length) {
            throw reader.refuse("has a ')' too many");
        }
        reader.nfa.free(Nfa.START, whole.start());
        return Dfa.of(reader.nfa, whole.end());
    }

    private UnsupportedSchemaException refuse(String why) {
        return new UnsupportedSchemaException("%s at character %d".formatted(why, at + 1));
    }

    private boolean sees(int character) {
        return at < pattern.length && pattern[at] == character;
    }

    private boolean eats(int character) {
        boolean seen = sees(character);
        at += seen ? 1 : 0;
        return seen;
    }

    private Piece alternatives(boolean outermost) {
        if (++depth > DEPTH_MAX) {
            throw refuse("has groups more than " + DEPTH_MAX + " deep");
        }
        int start = nfa.state();
        int end = nfa.state();
        do {
            Piece one = sequence(outermost);
            nfa.free(start, one.start());
            nfa.free(one.end(), end);
        } while (eats('|'));
        depth--;
        return new Piece(start, end);
    }

    private Piece sequence(boolean outermost) {
        int start = nfa.state();
        int end = start;
        boolean anchored = outermost && eats('^');
        if (outermost && !anchored) {
            nfa.edge(start, CodePoints.ALL, start);
            end = nfa.state();
            nfa.free(start, end);
        }
        while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')') {
            if (pattern[at] == '$' && outermost && endsHere()) {
                at++;
                return new Piece(start, end);
            }
            Piece next = repeated();
            nfa.free(end, next.start());
            end = next.end();
        }
        if (outermost) {
            int rest = nfa.state();
            nfa.free(end, rest);
            nfa.edge(rest, CodePoints.ALL, rest);
            end = rest;
        }
        return new Piece(start, end);
    }

    private boolean endsHere() {
        return at + 1 == pattern.length || pattern[at + 1] == '|';
    }

    private Piece repeated() {
        int from = at;
        Piece once = atom();
        int least = 1;
        int most = 1;
        if (eats('*')) {
            least = 0;
            most = Integer.MAX_VALUE;
        } else if (eats('+')) {
            most = Integer.MAX_VALUE;
        } else if (eats('?')) {
            least = 0;
        } else if (sees('{')) {
            at++;
            least = number();
            most = eats(',') ? (sees('}') ? Integer.MAX_VALUE : number()) : least;
            if (!eats('}') || least > most) {
                throw refuse("has a repetition that is not {m}, {m,} or {m,n}");
            }
        } else {
            return once;
        }
        if (sees('?') || sees('+') || sees('*') || sees('{')) {
            throw refuse("has a repetition of a repetition, which is not supported");
        }
        int after = at;
        Piece all = copies(once, from, least, most);
        at = after;
        return all;
    }

    /** The atom again and again: each copy is read anew from the pattern. */
    private Piece copies(Piece once, int from, int least, int most) {
        int start = nfa.state();
        int end = nfa.state();
        int position = start;
        Piece piece = once;
        int written = Math.max(1, most == Integer.MAX_VALUE ? least : most);
        for (int i = 0; i < written; i++) {
            if (i > 0) {
                at = from;
                piece = atom();
            }
            if (i >= least) {
                nfa.free(position, end);
            }
            if (most > i) {
                nfa.free(position, piece.start());
            }
            position = piece.end();
        }
        if (most == Integer.MAX_VALUE) {
            nfa.free(piece.end(), piece.start());
        }
        nfa.free(most == 0 ? start : position, end);
        return new Piece(start, end);
    }

    private int number() {
        int value = 0;
        int digits = 0;
        while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9' && digits < 4) {
            value = value * 10 + pattern[at++] - '0';
            digits++;
        }
        if (digits == 0 || value > REPETITIONS_MAX) {
            throw refuse("has a repetition that is not a number up to " + REPETITIONS_MAX);
        }
        return value;
    }

    private Piece atom() {
        if (eats('(')) {
            if (eats('?') && !eats(':')) {
                throw refuse("has a group (?…), which is not supported but for (?:…)");
            }
            Piece group = alternatives(false);
            if (!eats(')')) {
                throw refuse("has a group that is not closed");
            }
            return group;
        }
        CodePoints characters = characters();
        int start = nfa.state();
        int end = nfa.state();
        nfa.edge(start, characters, end);
        return new Piece(start, end);
    }

    private CodePoints characters() {
        int character = pattern[at];
        switch (character) {
            case '^', '$' -> throw refuse("has a '^' or '$' inside, which is only supported at its ends");
            case '*', '+', '?', '{', '}', ']' ->
                throw refuse("has a '" + (char) character + "' without what it is for");
            case '.' -> {
                at++;
                return LINE_END.not();
            }
            case '[' -> {
                at++;
                return bracket().sure();
            }
            case '\\' -> {
                return escape(false).sure();
            }
            default -> {
                at++;
                return CodePoints.of(character, character);
            }
        }
    }

    private Class bracket() {
        boolean negated = eats('^');
        Class all = Class.exactly(CodePoints.NONE);
        while (!sees(']')) {
            if (at >= pattern.length) {
                throw refuse("has a class that is not closed");
            }
            int from = at;
            Class first = member();
            if (sees('-') && at + 1 < pattern.length && pattern[at + 1] != ']') {
                at++;
                int last = single(member());
                int start = single(first);
                if (start > last) {
                    at = from;
                    throw refuse("has a range that goes backwards");
                }
                first = Class.exactly(CodePoints.of(start, last));
            }
            all = all.or(first);
        }
        at++;
        return negated ? all.not() : all;
    }

    private int single(Class one) {
        CodePoints characters = one.sure();
        if (characters.stretches() != 1 || characters.first(0) != characters.last(0)) {
            throw refuse("has a range whose ends are not single characters");
        }
        return characters.first(0);
    }

    private Class member() {
        if (sees('\\')) {
            return escape(true);
        }
        if (sees('[') || sees('&') && at + 1 < pattern.length && pattern[at + 1] == '&') {
            throw refuse("has a '[' or '&&' in a class, which engines read differently; write it with a backslash");
        }
        int character = pattern[at++];
        return Class.exactly(CodePoints.of(character, character));
    }

    private Class escape(boolean inClass) {
        if (at + 1 >= pattern.length) {
            throw refuse("ends with a backslash");
        }
        int letter = pattern[at + 1];
        at += 2;
        return switch (letter) {
            case 'd' -> Class.exactly(DIGIT);
            case 'D' -> Class.exactly(DIGIT).not();
            case 'w' -> Class.exactly(WORD);
            case 'W' -> Class.exactly(WORD).not();
            case 's' -> new Class(SURE_SPACE, MAYBE_SPACE);
            case 'S' -> new Class(SURE_SPACE, MAYBE_SPACE).not();
            case 't' -> single('\t');
            case 'n' -> single('\n');
            case 'r' -> single('\r');
            case 'f' -> single('\f');
            case 'x' -> single(hex(2));
            case 'u' -> single(hex(4));
            default -> {
                boolean letterOrDigit = letter < 128 && Character.isLetterOrDigit(letter);
                if (letterOrDigit || letter == '-' && !inClass) {
                    at -= 2;
                    throw refuse("has '\\" + Character.toString(letter) + "', which is not supported");
                }
                yield single(letter);
            }
        };
    }

    private static Class single(int character) {
        return Class.exactly(CodePoints.of(character, character));
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < pattern.length ? Character.digit(pattern[at], 16) : -1;
            if (digit < 0) {
                throw refuse("has an escape that needs " + digits + " hexadecimal digits");
            }
            value = value * 16 + digit;
            at++;
        }
        if (value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE) {
            throw refuse("has half of a surrogate pair; write the character itself");
        }
        return value;
    }
}
