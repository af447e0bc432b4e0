package dev.scriptorium.pipeline;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody probably meant. */
public final class Spelling {
    private static final int SHOWN_CHARACTERS_MAX = 80;

    private Spelling() {}

    /** A value as messages show it: what is wrong is seen at its beginning. */
    public static String shorten(String value) {
        return value.length() <= SHOWN_CHARACTERS_MAX
                ? value
                : value.substring(0, SHOWN_CHARACTERS_MAX) + "… (" + value.length() + " characters)";
    }

    /** {@code " Did you mean 'fast'?"}, or nothing if no candidate is near enough to be worth the words. */
    public static String didYouMean(String given, Collection<String> candidates) {
        return nearest(given, candidates)
                .map(name -> " Did you mean '" + name + "'?")
                .orElse("");
    }

    static Optional<String> nearest(String given, Collection<String> candidates) {
        String lower = given.toLowerCase(Locale.ROOT);
        int tolerance = Math.max(1, given.length() / 3);
        return candidates.stream()
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= tolerance)
                .min(Comparator.<String>comparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT)))
                        // Somebody who left letters out is more common than one who wrote too many.
                        .thenComparing(String::length, Comparator.reverseOrder())
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein, with two swapped neighbours counted once. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
