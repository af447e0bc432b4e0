package dev.scriptorium.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A file of rows. */
public record Table(Path path, TableFormat format) {
    /** @throws TableException if the name's end says no format of ours */
    public static Table of(Path path) {
        TableFormat format = TableFormat.of(path).orElseThrow(() -> {
            String known =
                    Arrays.stream(TableFormat.values()).map(TableFormat::suffix).collect(Collectors.joining(", "));
            return new TableException(path + ": the name of a table ends with one of " + known);
        });
        return new Table(path, format);
    }

    /** @throws TableException if the file is not of this format */
    public RowReader open() throws IOException {
        return switch (format) {
            case JSON_LINES -> new JsonRows(path);
            case CSV -> new CsvRows(path, ',');
            case TSV -> new CsvRows(path, '\t');
            case PARQUET -> new ParquetRows(path);
        };
    }

    /** Makes the file anew. */
    public RowWriter create(List<Column> columns) throws IOException {
        Set<String> names = new HashSet<>();
        for (Column column : columns) {
            if (!names.add(column.name())) {
                throw new IllegalArgumentException("two columns are named '" + column.name() + "'");
            }
        }
        return switch (format) {
            case JSON_LINES -> new JsonRowWriter(path, columns);
            case CSV -> new CsvRowWriter(path, ',', columns);
            case TSV -> new CsvRowWriter(path, '\t', columns);
            case PARQUET -> new ParquetRowWriter(path, columns);
        };
    }

    /** What stands beside a row in a wider table. */
    @FunctionalInterface
    public interface Beside {
        /** @return one value a column that is added */
        List<? extends @Nullable Object> values(Row row) throws IOException;
    }

    /**
     * Writes the rows again, as they stand and in their own types, with more columns at the end.
     *
     * @throws TableException if a column is there already
     */
    public void widen(Path output, List<Column> added, Beside beside) throws IOException {
        switch (format) {
            case JSON_LINES -> JsonRowWriter.widen(path, output, added, beside);
            case CSV -> CsvRowWriter.widen(path, ',', output, added, beside);
            case TSV -> CsvRowWriter.widen(path, '\t', output, added, beside);
            case PARQUET -> ParquetRowWriter.widen(path, output, added, beside);
        }
    }

    static void requireNew(Path path, List<String> columns, List<Column> added) {
        for (Column column : added) {
            if (columns.contains(column.name())) {
                throw new TableException("%s: has a column '%s' of its own, which is to be added; give it another name"
                        .formatted(path, column.name()));
            }
        }
    }
}
