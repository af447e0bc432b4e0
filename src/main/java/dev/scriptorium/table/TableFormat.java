package dev.scriptorium.table;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** How a file of rows is written down; the end of its name says which. */
public enum TableFormat {
    /** One JSON object a line, its fields are the columns. */
    JSON_LINES(".jsonl"),
    /** Comma-separated values with a head line (RFC 4180); every value is text. */
    CSV(".csv"),
    /** The same with tabs. */
    TSV(".tsv"),
    /** Apache Parquet, a table by columns with types. */
    PARQUET(".parquet");

    private final String suffix;

    TableFormat(String suffix) {
        this.suffix = suffix;
    }

    public String suffix() {
        return suffix;
    }

    /** By the end of the name, whatever its case; nothing if it is none of ours. */
    public static Optional<TableFormat> of(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        for (TableFormat format : values()) {
            if (name.endsWith(format.suffix)) {
                return Optional.of(format);
            }
        }
        return name.endsWith(".ndjson") ? Optional.of(JSON_LINES) : Optional.empty();
    }
}
