package dev.scriptorium.grammar;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is being written at the moment, and how far it is. */
sealed interface Frame {
    /**
     * The positions after one more byte.
     *
     * @param below where the document goes on once this is over
     */
    void step(int b, Position below, Positions out);

    /** Whether it may be over without a further byte: only numbers may. */
    default boolean mayEnd() {
        return false;
    }

    /** Where an object or an array is. */
    enum Place {
        /** Behind its first bracket. */
        OPEN,
        /** Behind a value. */
        VALUE,
        /** Behind a comma. */
        COMMA,
        /** Behind a comma and a space. */
        SPACE
    }

    /** Behind the document. */
    record Over() implements Frame {
        @Override
        public void step(int b, Position below, Positions out) {
            throw new IllegalStateException("nothing follows the end");
        }
    }

    /** A value comes next, perhaps after one space. */
    record Expected(Rule rule, boolean maySpace) implements Frame {
        @Override
        public void step(int b, Position below, Positions out) {
            if (b == ' ' && maySpace) {
                out.add(new Position(new Expected(rule, false), below));
            } else {
                rule.begin(b, below, out);
            }
        }
    }

    /** Within fixed bytes. */
    record Rest(String latin1, int at) implements Frame {
        @Override
        public void step(int b, Position below, Positions out) {
            if (latin1.charAt(at) == b) {
                out.add(at + 1 == latin1.length() ? below : new Position(new Rest(latin1, at + 1), below));
            }
        }
    }

    /**
     * Within a string.
     *
     * @param count code points so far, as far as counting matters
     * @param state of the rule's automaton
     * @param character what is known of a character that is not complete
     */
    record Quoted(Rule.Text rule, int count, int state, PartialCharacter character) implements Frame {
        static Quoted start(Rule.Text rule) {
            return new Quoted(rule, 0, Dfa.START, PartialCharacter.NONE);
        }

        @Override
        public void step(int b, Position below, Positions out) {
            if (character.equals(PartialCharacter.NONE) && b == '"') {
                if (count >= rule.lengthMin() && rule.dfa().accepts(state)) {
                    out.add(below);
                }
                return;
            }
            PartialCharacter next = count < rule.lengthMax() ? character.step(b) : null;
            if (next == null || !next.isPossible(rule.dfa(), state)) {
                return;
            }
            out.add(new Position(
                    next.isComplete()
                            ? new Quoted(
                                    rule,
                                    rule.counted(count + 1),
                                    rule.dfa().next(state, next.codePoint()),
                                    PartialCharacter.NONE)
                            : new Quoted(rule, count, state, next),
                    below));
        }
    }

    /** Within an integer: every prefix is one that some integer in the rule's range has. */
    record Digits(Rule.Whole rule, boolean negative, long value, int digits) implements Frame {
        @Override
        public void step(int b, Position below, Positions out) {
            if (b == '-' && digits == 0 && !negative) {
                if (rule.min() < 0) {
                    out.add(new Position(new Digits(rule, true, 0, 0), below));
                }
            } else if (b >= '0' && b <= '9' && (digits == 0 || value > 0) && digits < Rule.Whole.DIGITS_MAX) {
                Digits next = new Digits(rule, negative, value * 10 + b - '0', digits + 1);
                if (next.isPossible()) {
                    out.add(new Position(next, below));
                }
            } else if (mayEnd()) {
                below.step(b, out);
            }
        }

        private boolean isPossible() {
            if (value == 0) {
                return !negative && rule.min() <= 0 && rule.max() >= 0;
            }
            long least = value;
            long most = value;
            for (int more = digits; more <= Rule.Whole.DIGITS_MAX; more++) {
                if (negative
                        ? -least >= rule.min() && -most <= rule.max()
                        : least <= rule.max() && most >= rule.min()) {
                    return true;
                }
                least *= 10;
                most = most * 10 + 9;
            }
            return false;
        }

        @Override
        public boolean mayEnd() {
            long signed = negative ? -value : value;
            return digits > 0 && signed >= rule.min() && signed <= rule.max();
        }
    }

    /** Within a number, in the order in which its parts come. */
    enum Number {
        START,
        SIGN,
        ZERO,
        WHOLE,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS;

        Part of(Rule.Decimal rule) {
            return new Part(rule, this, 0);
        }

        /** @param digits of this part so far */
        record Part(Rule.Decimal rule, Number number, int digits) implements Frame {
            @Override
            public void step(int b, Position below, Positions out) {
                Part next = next(b);
                if (next != null) {
                    out.add(new Position(next, below));
                } else if (mayEnd()) {
                    below.step(b, out);
                }
            }

            private @Nullable Part next(int b) {
                boolean digit = b >= '0' && b <= '9';
                boolean point = b == '.';
                boolean exponent = rule.exponent() && (b == 'e' || b == 'E');
                return switch (number) {
                    case START -> b == '-' ? SIGN.of(rule) : first(b, digit);
                    case SIGN -> first(b, digit);
                    case ZERO -> point ? POINT.of(rule) : exponent ? EXPONENT.of(rule) : null;
                    case WHOLE ->
                        digit
                                ? more(Rule.Decimal.DIGITS_MAX)
                                : point ? POINT.of(rule) : exponent ? EXPONENT.of(rule) : null;
                    case POINT -> digit ? new Part(rule, FRACTION, 1) : null;
                    case FRACTION -> digit ? more(Rule.Decimal.DIGITS_MAX) : exponent ? EXPONENT.of(rule) : null;
                    case EXPONENT ->
                        b == '+' || b == '-'
                                ? EXPONENT_SIGN.of(rule)
                                : digit ? new Part(rule, EXPONENT_DIGITS, 1) : null;
                    case EXPONENT_SIGN -> digit ? new Part(rule, EXPONENT_DIGITS, 1) : null;
                    case EXPONENT_DIGITS -> digit ? more(2) : null;
                };
            }

            private @Nullable Part first(int b, boolean digit) {
                return b == '0' ? ZERO.of(rule) : digit ? new Part(rule, WHOLE, 1) : null;
            }

            private @Nullable Part more(int most) {
                return digits < most ? new Part(rule, number, digits + 1) : null;
            }

            @Override
            public boolean mayEnd() {
                return switch (number) {
                    case ZERO, WHOLE, FRACTION, EXPONENT_DIGITS -> true;
                    case START, SIGN, POINT, EXPONENT, EXPONENT_SIGN -> false;
                };
            }
        }
    }

    /**
     * Within an object, between its members.
     *
     * @param next the first of the rule's properties that may still come
     * @param used keys of additional properties so far
     */
    record InObject(Rule.Members rule, int next, Set<String> used, Place place) implements Frame {
        @Override
        public void step(int b, Position below, Positions out) {
            boolean mayEnd = rule.mayEndBefore(next);
            boolean mayGoOn = next < rule.properties().size() || rule.additional() != null;
            switch (place) {
                case OPEN, VALUE -> {
                    if (b == '}' && mayEnd) {
                        out.add(below);
                    } else if (place == Place.OPEN) {
                        key(b, below, out);
                    } else if (b == ',' && mayGoOn) {
                        out.add(new Position(new InObject(rule, next, used, Place.COMMA), below));
                    }
                }
                case COMMA, SPACE -> {
                    if (b == ' ' && place == Place.COMMA) {
                        out.add(new Position(new InObject(rule, next, used, Place.SPACE), below));
                    } else {
                        key(b, below, out);
                    }
                }
            }
        }

        /** Optional properties may be passed over, required ones not; additional ones come last. */
        private void key(int b, Position below, Positions out) {
            if (b != '"') {
                return;
            }
            for (int i = next; i < rule.properties().size(); i++) {
                Rule.Members.Property property = rule.properties().get(i);
                Position after = new Position(new InObject(rule, i + 1, used, Place.VALUE), below);
                Position value = new Position(new Expected(property.rule(), true), after);
                out.add(new Position(new Rest(property.key(), 1), value));
                if (property.required()) {
                    return;
                }
            }
            if (rule.additional() != null) {
                out.add(new Position(new Key(rule, "", used, PartialCharacter.NONE), below));
            }
        }
    }

    /**
     * Within the key of an additional property. It has no escapes and is not empty, and no key comes twice.
     *
     * @param latin1 its bytes so far
     */
    record Key(Rule.Members rule, String latin1, Set<String> used, PartialCharacter character) implements Frame {
        private static final int BYTES_MAX = 64;

        @Override
        public void step(int b, Position below, Positions out) {
            Rule additional = rule.additional();
            if (additional == null) {
                return;
            }
            boolean complete = character.equals(PartialCharacter.NONE);
            if (complete && b == '"') {
                if (!latin1.isEmpty() && rule.named(latin1) == null && !used.contains(latin1)) {
                    Set<String> more = new HashSet<>(used);
                    more.add(latin1);
                    int end = rule.properties().size();
                    Position after = new Position(new InObject(rule, end, Set.copyOf(more), Place.VALUE), below);
                    out.add(new Position(new Rest(":", 0), new Position(new Expected(additional, true), after)));
                }
                return;
            }
            PartialCharacter next = complete && (b == '\\' || latin1.length() >= BYTES_MAX) ? null : character.step(b);
            if (next != null && next.isPossible(Dfa.ANY, Dfa.START)) {
                PartialCharacter rest = next.isComplete() ? PartialCharacter.NONE : next;
                out.add(new Position(new Key(rule, latin1 + (char) b, used, rest), below));
            }
        }
    }

    /** Within an array, between its elements. */
    record InArray(Rule.Elements rule, int count, Place place) implements Frame {
        @Override
        public void step(int b, Position below, Positions out) {
            boolean mayEnd = count >= rule.countMin();
            Rule next = rule.next(count);
            if (b == ']' && mayEnd) {
                out.add(below);
            } else if (next != null) {
                Position after = new Position(new InArray(rule, rule.counted(count + 1), Place.VALUE), below);
                if (place == Place.OPEN) {
                    next.begin(b, after, out);
                } else if (b == ',') {
                    out.add(new Position(new Expected(next, true), after));
                }
            }
        }
    }
}
