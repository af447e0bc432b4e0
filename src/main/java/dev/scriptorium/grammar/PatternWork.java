package dev.scriptorium.grammar;

/**
 * How much work the patterns of one schema have made so far. Each alone is bounded, but a schema may have a thousand,
 * and whoever reads it has others waiting.
 */
final class PatternWork {
    /** Steps for all patterns of a schema, at most 0.2 s; a date takes a few hundred. */
    static final long STEPS_MAX = 2_000_000;

    private long steps;

    /** @throws UnsupportedSchemaException whose message goes on after "the pattern" */
    void spend(long more) {
        steps += more;
        if (steps > STEPS_MAX) {
            throw new UnsupportedSchemaException(
                    "is too much work, together with those before it: more than " + STEPS_MAX + " steps");
        }
    }
}
