package dev.scriptorium.table;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file.
 *
 * @param number of the line on which it begins, from 1; of Parquet, which has no lines, of the row, from 1
 * @param values by column, in the order of the file: {@link String}, {@link Long}, {@link java.math.BigInteger},
 *     {@link Double}, {@link java.math.BigDecimal}, {@link Boolean}, a list or map of such, or null
 */
public record Row(long number, Map<String, @Nullable Object> values) {
    public Row {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A column's value as text; null if the row has no such column or nothing in it. */
    public @Nullable String text(String column) {
        Object value = values.get(column);
        return value == null ? null : value.toString();
    }
}
