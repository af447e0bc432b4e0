package dev.scriptorium.dataset;

import org.jspecify.annotations.Nullable;

/**
 * What one gate says of one text.
 *
 * @param gate its name in the recipe
 * @param passed whether the text may become a row
 * @param value what was measured, for people and for statistics: {@code "183"}, {@code "0.08"}
 * @param rule what it was held against: {@code "20 to 400 tokens"}
 * @param duplicateOf the id of the row that it repeats; null if it repeats none, or none of this dataset
 */
public record Verdict(
        String gate,
        boolean passed,
        String value,
        String rule,
        @Nullable String duplicateOf) {
    public Verdict(String gate, boolean passed, String value, String rule) {
        this(gate, passed, value, rule, null);
    }
}
