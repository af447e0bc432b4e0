package dev.scriptorium.dataset.gate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Regular expressions of RE2, which take time linear in the text whatever the pattern: nobody can write one that stands
 * still for hours on a text of its model's. There is no looking ahead and no reference back.
 */
public final class SafePattern {
    /**
     * @param field where the pattern stands in the recipe
     * @throws IllegalArgumentException if it is none
     */
    public static Pattern compile(String field, String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "field '%s' is '%s', which is no regular expression of RE2 (github.com/google/re2/wiki/Syntax): %s"
                            .formatted(field, pattern, e.getDescription()),
                    e);
        }
    }

    private SafePattern() {}
}
