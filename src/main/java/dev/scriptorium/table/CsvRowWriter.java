package dev.scriptorium.table;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A head line and rows of text; what is null is empty. */
final class CsvRowWriter implements RowWriter {
    private final CsvWriter writer;

    CsvRowWriter(Path path, char separator, List<Column> columns) throws IOException {
        this(path, separator);
        writer.writeRecord(columns.stream().map(Column::name).toList());
    }

    private CsvRowWriter(Path path, char separator) throws IOException {
        this.writer = CsvWriter.builder()
                .fieldSeparator(separator)
                .lineDelimiter(LineDelimiter.LF)
                .build(path);
    }

    static void widen(Path input, char separator, Path output, List<Column> added, Table.Beside beside)
            throws IOException {
        try (CsvRows rows = new CsvRows(input, separator);
                CsvRowWriter to = new CsvRowWriter(output, separator)) {
            Table.requireNew(input, rows.columns(), added);
            boolean headed = false;
            for (Row row = rows.next(); row != null; row = rows.next()) {
                if (!headed) {
                    to.write(with(
                            row.values().keySet(),
                            added.stream().map(Column::name).toList()));
                    headed = true;
                }
                to.write(with(row.values().values(), beside.values(row)));
            }
        }
    }

    private static List<@Nullable Object> with(
            java.util.Collection<? extends @Nullable Object> own, List<? extends @Nullable Object> more) {
        List<@Nullable Object> all = new ArrayList<>(own);
        all.addAll(more);
        return all;
    }

    @Override
    public void write(List<? extends @Nullable Object> values) {
        writer.writeRecord(JsonRowWriter.texts(values));
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
