package dev.scriptorium.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts text where a regular expression of tokenizer.json matches. The expression comes from a file that nobody has
 * vetted, so only such are taken as need no recursion and little backtracking: groups that repeat and references back
 * are refused, and a text on which the matcher looks at its characters too often is refused too.
 */
public final class SplitPattern {
    /** What GPT-2 cuts text with; the ByteLevel step of tokenizer.json means this one. */
    public static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final int PATTERN_CHARACTERS_MAX = 2000;
    private static final int LOOKS_MIN = 10_000;
    private static final int LOOKS_PER_CHARACTER_MAX = 200;
    private static final String REPEATS = "*+{";

    /** What becomes of a match; the names of tokenizer.json. */
    public enum Behavior {
        REMOVED,
        ISOLATED,
        MERGED_WITH_PREVIOUS,
        MERGED_WITH_NEXT,
        CONTIGUOUS
    }

    private final Pattern pattern;
    private final Behavior behavior;
    private final boolean inverted;

    private SplitPattern(Pattern pattern, Behavior behavior, boolean inverted) {
        this.pattern = pattern;
        this.behavior = behavior;
        this.inverted = inverted;
    }

    /**
     * @param regex in the syntax of Oniguruma, as far as it is Java's too
     * @param inverted whether what the expression does not match counts as its matches
     * @throws IllegalArgumentException if the expression is not supported; the message says why
     */
    public static SplitPattern regex(String regex, Behavior behavior, boolean inverted) {
        requireSimple(regex);
        try {
            int flags = Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE;
            return new SplitPattern(Pattern.compile(regex, flags), behavior, inverted);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("the pattern '" + regex + "' is not valid: " + e.getDescription(), e);
        }
    }

    /** Cuts at a text as it stands. */
    public static SplitPattern literal(String text, Behavior behavior, boolean inverted) {
        return new SplitPattern(Pattern.compile(Pattern.quote(text)), behavior, inverted);
    }

    /** The expression itself. */
    public String regex() {
        return pattern.pattern();
    }

    public Behavior behavior() {
        return behavior;
    }

    public boolean isInverted() {
        return inverted;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SplitPattern that
                && pattern.pattern().equals(that.pattern.pattern())
                && behavior == that.behavior
                && inverted == that.inverted;
    }

    @Override
    public int hashCode() {
        return Objects.hash(pattern.pattern(), behavior, inverted);
    }

    private static void requireSimple(String regex) {
        String refused = "the pattern '" + regex + "' is not supported: ";
        if (regex.isEmpty() || regex.length() > PATTERN_CHARACTERS_MAX) {
            throw new IllegalArgumentException("a pattern has " + regex.length() + " characters, but 1 to "
                    + PATTERN_CHARACTERS_MAX + " are allowed");
        }
        int inClass = 0;
        for (int at = 0; at < regex.length(); at++) {
            char character = regex.charAt(at);
            if (character == '\\') {
                at++;
                char escaped = at < regex.length() ? regex.charAt(at) : '\\';
                if (escaped >= '1' && escaped <= '9' || escaped == 'k' || escaped == 'g') {
                    throw new IllegalArgumentException(refused + "it refers back to a group");
                }
            } else if (character == '[') {
                inClass++;
            } else if (character == ']') {
                inClass = Math.max(0, inClass - 1);
            } else if (inClass == 0
                    && character == ')'
                    && at + 1 < regex.length()
                    && REPEATS.indexOf(regex.charAt(at + 1)) >= 0) {
                throw new IllegalArgumentException(refused + "a group repeats");
            }
        }
    }

    /**
     * The parts of a text, in its order, none empty.
     *
     * @throws IllegalArgumentException if the expression takes too many steps on this text
     */
    List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        Matcher matcher = pattern.matcher(new CountedText(text));
        Cutter cutter = new Cutter(text, parts);
        int done = 0;
        while (matcher.find()) {
            cutter.add(done, matcher.start(), inverted);
            cutter.add(matcher.start(), matcher.end(), !inverted);
            done = matcher.end();
        }
        cutter.add(done, text.length(), inverted);
        cutter.finish();
        return parts;
    }

    /** Puts matches and what lies between them together as the behavior says. */
    private final class Cutter {
        private final String text;
        private final List<String> parts;
        private int begin = -1; // of the part that is still open, or -1
        private int end;
        private boolean openIsMatch;

        Cutter(String text, List<String> parts) {
            this.text = text;
            this.parts = parts;
        }

        void add(int from, int to, boolean isMatch) {
            if (from == to) {
                return;
            }
            boolean joins = begin >= 0
                    && switch (behavior) {
                        case REMOVED, ISOLATED -> false;
                        case MERGED_WITH_PREVIOUS -> isMatch && !openIsMatch;
                        case MERGED_WITH_NEXT -> openIsMatch && !isMatch;
                        case CONTIGUOUS -> isMatch == openIsMatch;
                    };
            if (!joins) {
                finish();
                begin = from;
            }
            end = to;
            openIsMatch = isMatch;
        }

        void finish() {
            if (begin >= 0 && !(behavior == Behavior.REMOVED && openIsMatch)) {
                parts.add(text.substring(begin, end));
            }
            begin = -1;
        }
    }

    /** A text that counts how often the matcher looks at it. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private final long looksMax;
        private long looks;

        CountedText(String text) {
            this.text = text;
            this.looksMax = LOOKS_MIN + (long) LOOKS_PER_CHARACTER_MAX * text.length();
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++looks > looksMax) {
                throw new IllegalArgumentException("the tokenizer's pattern takes more than " + looksMax
                        + " steps on a text of " + text.length() + " characters");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
