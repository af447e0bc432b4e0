package dev.scriptorium.grammar;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The places where a document may be, as several alternatives of a schema may have begun alike. Of very many the first
 * are kept, which is safe: each of them alone leads to a document of the schema.
 */
final class Positions {
    private static final int ALTERNATIVES_MAX = 1024;

    private final Set<Position> found = new LinkedHashSet<>();

    void add(Position position) {
        if (found.size() < ALTERNATIVES_MAX) {
            found.add(position);
        }
    }

    List<Position> toList() {
        return List.copyOf(found);
    }
}
