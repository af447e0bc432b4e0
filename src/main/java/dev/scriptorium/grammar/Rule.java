package dev.scriptorium.grammar;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a value may be: a schema after it was read and checked. Rules refer to each other and may do so in circles. */
sealed interface Rule {
    /**
     * The positions after the first byte of a value.
     *
     * @param below where the document goes on after the value
     */
    void begin(int b, Position below, Positions out);

    /** One of several; a document of any of them will do. */
    record AnyOf(List<Rule> rules) implements Rule {
        public AnyOf {
            rules = List.copyOf(rules);
        }

        @Override
        public void begin(int b, Position below, Positions out) {
            for (Rule rule : rules) {
                rule.begin(b, below, out);
            }
        }

        // Rules go in circles, so they are compared by who they are.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** A rule known by its place in the schema, which may be read later than whoever refers to it. */
    final class Named implements Rule {
        private final String name;
        private @Nullable Rule target;

        Named(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        void define(Rule rule) {
            target = rule;
        }

        Rule target() {
            Rule known = target;
            if (known == null) {
                throw new IllegalStateException("rule '" + name + "' was never defined");
            }
            return known;
        }

        @Override
        public void begin(int b, Position below, Positions out) {
            target().begin(b, below, out);
        }
    }

    /**
     * These bytes and no others.
     *
     * @param latin1 each byte as the character of that number, at least one
     */
    record Literal(String latin1) implements Rule {
        @Override
        public void begin(int b, Position below, Positions out) {
            new Frame.Rest(latin1, 0).step(b, below, out);
        }
    }

    /**
     * A string.
     *
     * @param lengthMin code points
     * @param lengthMax code points; {@link #UNBOUNDED} for any number
     * @param dfa over its code points
     */
    record Text(int lengthMin, int lengthMax, Dfa dfa) implements Rule {
        static final int UNBOUNDED = Integer.MAX_VALUE;

        @Override
        public void begin(int b, Position below, Positions out) {
            if (b == '"') {
                out.add(new Position(Frame.Quoted.start(this), below));
            }
        }

        /** Counting further would change nothing. */
        int counted(int length) {
            return lengthMax == UNBOUNDED ? Math.min(length, lengthMin) : length;
        }
    }

    /** An integer from {@code min} to {@code max}, both within 18 digits. */
    record Whole(long min, long max) implements Rule {
        static final int DIGITS_MAX = 18;
        static final long LIMIT = 999_999_999_999_999_999L;

        @Override
        public void begin(int b, Position below, Positions out) {
            new Frame.Digits(this, false, 0, 0).step(b, below, out);
        }
    }

    /**
     * A number of at most 15 digits before the point and 15 after.
     *
     * @param exponent whether it may have one, of one or two digits
     */
    record Decimal(boolean exponent) implements Rule {
        static final int DIGITS_MAX = 15;

        @Override
        public void begin(int b, Position below, Positions out) {
            Frame.Number.START.of(this).step(b, below, out);
        }
    }

    /**
     * An object. Its properties come in this order.
     *
     * @param additional of properties that have no name here; null for none
     */
    record Members(List<Property> properties, @Nullable Rule additional) implements Rule {
        /**
         * @param key the name as JSON writes it, with quotes and the colon after it, in bytes as {@link Literal} has
         *     them
         */
        record Property(String name, String key, Rule rule, boolean required) {}

        public Members {
            properties = List.copyOf(properties);
        }

        @Override
        public void begin(int b, Position below, Positions out) {
            if (b == '{') {
                out.add(new Position(new Frame.InObject(this, 0, Set.of(), Frame.Place.OPEN), below));
            }
        }

        /** Whether the object may end before this property. */
        boolean mayEndBefore(int property) {
            return properties.stream().skip(property).noneMatch(Property::required);
        }

        @Nullable
        Property named(String latin1) {
            return properties.stream()
                    .filter(property -> property.key().equals("\"" + latin1 + "\":"))
                    .findFirst()
                    .orElse(null);
        }

        // Rules go in circles, so they are compared by who they are.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * An array.
     *
     * @param first rules of its first elements
     * @param rest of all elements after those; null for none
     * @param countMax {@link Text#UNBOUNDED} for any number
     */
    record Elements(List<Rule> first, @Nullable Rule rest, int countMin, int countMax) implements Rule {
        public Elements {
            first = List.copyOf(first);
        }

        @Override
        public void begin(int b, Position below, Positions out) {
            if (b == '[') {
                out.add(new Position(new Frame.InArray(this, 0, Frame.Place.OPEN), below));
            }
        }

        /** The rule of the element after {@code count} others; null if there can be none. */
        @Nullable
        Rule next(int count) {
            if (count >= countMax) {
                return null;
            }
            return count < first.size() ? first.get(count) : rest;
        }

        /** Counting further would change nothing. */
        int counted(int count) {
            return countMax == Text.UNBOUNDED ? Math.min(count, Math.max(countMin, first.size())) : count;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
