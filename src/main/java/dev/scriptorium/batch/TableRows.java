package dev.scriptorium.batch;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.scriptorium.wire.file.Tables;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table of text with a head line. Each becomes a line of plain JSON; columns that are neither id nor
 * prompt are the user's own and stand in the output again.
 */
final class TableRows implements PromptSource {
    private final PromptFile file;
    private final CsvReader<NamedCsvRecord> reader;
    private final Iterator<NamedCsvRecord> rows;
    private final Tables tables = new Tables();
    private boolean checked;

    TableRows(PromptFile file, char separator) throws IOException {
        this.file = file;
        this.reader = CsvReader.builder().fieldSeparator(separator).ofNamedCsvRecord(file.path());
        this.rows = reader.iterator();
    }

    /** The next row as it stands, or null at the end. */
    @Nullable
    NamedCsvRecord row() {
        try {
            if (!rows.hasNext()) {
                return null;
            }
            NamedCsvRecord row = rows.next();
            if (!checked) {
                checked = true;
                requirePrompts(row.getHeader());
            }
            return row;
        } catch (CsvParseException e) {
            throw new IllegalStateException(
                    file.path() + ": " + e.getMessage()
                            + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()),
                    e);
        }
    }

    @Override
    public PromptLines.@Nullable Line next() {
        NamedCsvRecord row = row();
        if (row == null) {
            return null;
        }
        byte[] value = tables.prompt(id(row), cell(row, file.columns().prompt()), file.settings());
        return new PromptLines.Line(row.getStartingLineNumber(), value, value.length, true);
    }

    /** The row's own id; null if it has none, and then it is named after its line. */
    @Nullable
    String id(NamedCsvRecord row) {
        String id = cell(row, file.columns().id());
        return id.isEmpty() ? null : id;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    private static String cell(NamedCsvRecord row, String column) {
        try {
            return row.findField(column).orElse("");
        } catch (NoSuchElementException e) {
            return "";
        }
    }

    private void requirePrompts(List<String> columns) {
        String prompt = file.columns().prompt();
        if (!columns.contains(prompt)) {
            throw new IllegalStateException("%s:1: has no column '%s' for the prompts (columns: %s); name it with"
                            .formatted(file.path(), prompt, String.join(", ", columns))
                    + " --prompt-column");
        }
    }
}
