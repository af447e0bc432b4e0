package dev.scriptorium.dataset;

import java.util.List;

/**
 * What somebody who wants a dataset sends, keyed by job: first the seed rows in parts, then the recipe. Sent again, it
 * changes nothing.
 */
public sealed interface RecipeEvent {
    /** {@code sha256:} and 64 hex digits over recipe, seeds and benchmarks: a job is one of them. */
    String digest();

    /**
     * Some rows.
     *
     * @param kind what they are
     * @param from the number of the first one
     * @param rows each one line of JSON
     */
    record Rows(String digest, Kind kind, long from, List<String> rows) implements RecipeEvent {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /** What rows are for. */
    enum Kind {
        SEEDS,
        /** Objects with {@code name} and {@code text}, which no text may repeat. */
        BENCHMARKS
    }

    /**
     * All rows are sent, and this is to be made of them.
     *
     * @param seeds how many
     * @param benchmarks how many
     * @param recipe as JSON, with the versions of its templates in the place of their texts
     */
    record Start(String digest, long seeds, long benchmarks, String recipe) implements RecipeEvent {}
}
