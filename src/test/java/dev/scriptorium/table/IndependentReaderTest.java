package dev.scriptorium.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our Parquet files, read by a program that shares no line with the one that writes them. */
class IndependentReaderTest {
    private static final int ROWS = 5_000;

    @TempDir
    private Path folder;

    @Test
    void hardwoodReadsEveryValueOfEveryRow() throws IOException {
        // Given
        Path path = folder.resolve("rows.parquet");
        List<Column> columns = List.of(
                new Column("text", Column.Type.TEXT),
                new Column("tokens", Column.Type.INTEGER),
                new Column("share", Column.Type.NUMBER),
                new Column("kept", Column.Type.BOOLEAN));
        try (RowWriter writer = Table.of(path).create(columns)) {
            for (int i = 0; i < ROWS; i++) {
                writer.write(row(i));
            }
        }

        // When
        List<List<@Nullable Object>> read = new ArrayList<>();
        try (ParquetFileReader file = ParquetFileReader.open(InputFile.of(path));
                dev.hardwood.reader.RowReader rows = file.rowReader()) {
            while (rows.hasNext()) {
                rows.next();
                List<@Nullable Object> values = new ArrayList<>();
                for (int field = 0; field < rows.getFieldCount(); field++) {
                    values.add(rows.isNull(field) ? null : rows.getValue(field));
                }
                read.add(values);
            }
        }

        // Then
        assertThat(read).hasSize(ROWS);
        for (int i = 0; i < ROWS; i++) {
            assertThat(read.get(i)).isEqualTo(row(i));
        }
    }

    private static List<@Nullable Object> row(int i) {
        return i % 17 == 0
                ? Arrays.asList(null, null, null, null)
                : Arrays.asList("Row " + i + " — über 文 " + "x".repeat(i % 50), (long) i * i, i / 7.0, i % 3 == 0);
    }
}
