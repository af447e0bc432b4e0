package dev.scriptorium.table;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of text with a head line. */
final class CsvRows implements RowReader {
    private final Path path;
    private final CsvReader<NamedCsvRecord> reader;
    private final Iterator<NamedCsvRecord> records;
    private @Nullable NamedCsvRecord ahead;

    CsvRows(Path path, char separator) throws IOException {
        this.path = path;
        this.reader = CsvReader.builder().fieldSeparator(separator).ofNamedCsvRecord(path);
        this.records = reader.iterator();
    }

    @Override
    public List<String> columns() {
        ahead = ahead != null ? ahead : read();
        return ahead == null ? List.of() : ahead.getHeader();
    }

    @Override
    public @Nullable Row next() {
        NamedCsvRecord found = ahead != null ? ahead : read();
        ahead = null;
        if (found == null) {
            return null;
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        List<String> columns = found.getHeader();
        for (int i = 0; i < columns.size(); i++) {
            values.put(columns.get(i), found.getField(i));
        }
        return new Row(found.getStartingLineNumber(), values);
    }

    private @Nullable NamedCsvRecord read() {
        try {
            return records.hasNext() ? records.next() : null;
        } catch (CsvParseException e) {
            String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
            throw new TableException(path + ": " + e.getMessage() + cause, e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
