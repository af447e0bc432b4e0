package dev.scriptorium.table;

/**
 * A column to be written. Any of its values may be null.
 *
 * @param name unique in its table
 */
public record Column(String name, Type type) {
    public Column {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a column has a name that is not blank");
        }
    }

    /** What stands in a column. */
    public enum Type {
        /** {@link String}. */
        TEXT,
        /** {@link Long}, 64 bits. */
        INTEGER,
        /** {@link Double}. */
        NUMBER,
        /** {@link Boolean}. */
        BOOLEAN,
        /** JSON as a {@link String}; lines of JSON have it as the value that it is, other formats as text. */
        JSON
    }
}
