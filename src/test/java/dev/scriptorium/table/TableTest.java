package dev.scriptorium.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static final List<Column> COLUMNS = List.of(
            new Column("text", Column.Type.TEXT),
            new Column("tokens", Column.Type.INTEGER),
            new Column("share", Column.Type.NUMBER),
            new Column("kept", Column.Type.BOOLEAN),
            new Column("gates", Column.Type.JSON));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void readsBackWhatItWroteInEveryFormat(TableFormat format) throws IOException {
        // Given
        Table table = Table.of(folder.resolve("rows" + format.suffix()));
        List<@Nullable Object> first = Arrays.asList("a \"quoted\"\nline, ünï 文", 7L, 0.25, true, "[{\"a\":1}]");
        List<@Nullable Object> second = Arrays.asList("", null, null, false, null);

        // When
        try (RowWriter writer = table.create(COLUMNS)) {
            writer.write(first);
            writer.write(second);
        }
        List<Row> rows = rows(table);

        // Then
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).values().keySet()).containsExactly("text", "tokens", "share", "kept", "gates");
        boolean asText = format == TableFormat.CSV || format == TableFormat.TSV;
        assertThat(rows.get(0).values().values())
                .containsExactly(
                        first.get(0),
                        asText ? "7" : 7L,
                        asText ? "0.25" : 0.25,
                        asText ? "true" : true,
                        format == TableFormat.JSON_LINES ? List.of(Map.of("a", 1L)) : "[{\"a\":1}]");
        assertThat(rows.get(1).text("text")).isEmpty();
        assertThat(rows.get(1).values().get("tokens")).isEqualTo(asText ? "" : null);
    }

    @ParameterizedTest
    @EnumSource
    void theSameRowsGiveTheSameBytes(TableFormat format) throws IOException {
        // Given
        Path one = folder.resolve("one" + format.suffix());
        Path two = folder.resolve("two" + format.suffix());

        // When
        for (Path path : List.of(one, two)) {
            try (RowWriter writer = Table.of(path).create(COLUMNS)) {
                for (int i = 0; i < 3_000; i++) {
                    writer.write(Arrays.asList("text " + i % 91, (long) i, i / 3.0, i % 2 == 0, "{\"i\":" + i + "}"));
                }
            }
        }

        // Then
        assertThat(two).hasSameBinaryContentAs(one);
    }

    @ParameterizedTest
    @EnumSource
    void addsColumnsAndLeavesTheOthersAsTheyAre(TableFormat format) throws IOException {
        // Given
        Table input = Table.of(folder.resolve("in" + format.suffix()));
        try (RowWriter writer = input.create(COLUMNS)) {
            writer.write(Arrays.asList("moon", 7L, 0.25, true, "[1]"));
            writer.write(Arrays.asList(null, null, null, null, null));
        }
        Path output = folder.resolve("out" + format.suffix());

        // When
        input.widen(
                output,
                List.of(new Column("completion", Column.Type.TEXT), new Column("used", Column.Type.INTEGER)),
                row -> row.text("text") == null || "".equals(row.text("text"))
                        ? Arrays.asList(null, null)
                        : List.of("The " + row.text("text"), 3L));
        List<Row> before = rows(input);
        List<Row> after = rows(Table.of(output));

        // Then
        assertThat(after).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(after.get(i).values()).containsAllEntriesOf(before.get(i).values());
        }
        assertThat(after.get(0).text("completion")).isEqualTo("The moon");
        assertThat(after.get(0).text("used")).isEqualTo("3");
        assertThat(String.valueOf(after.get(1).text("completion"))).isIn("", "null");
        assertThatThrownBy(() -> input.widen(output, List.of(COLUMNS.get(1)), row -> List.of(1L)))
                .hasMessage(input.path()
                        + ": has a column 'tokens' of its own, which is to be added; give it another name");
    }

    @Test
    void refusesANameWhoseEndSaysNothing() {
        assertThatThrownBy(() -> Table.of(Path.of("rows.xlsx")))
                .hasMessage("rows.xlsx: the name of a table ends with one of .jsonl, .csv, .tsv, .parquet");
    }

    @Test
    void namesTheLineOfJsonThatIsWrong() throws IOException {
        // Given
        Path path = folder.resolve("bad.jsonl");
        Files.writeString(path, "{\"a\": 1}\n\n{\"a\": 2, \"a\": 3}\n");

        // When
        // Then
        assertThatThrownBy(() -> rows(Table.of(path)))
                .hasMessageStartingWith(path + ":3: ")
                .hasMessageContaining("'a'");
        Files.writeString(path, "{\"a\": 1}\n[2]\n");
        assertThatThrownBy(() -> rows(Table.of(path)))
                .hasMessage(path + ":2: a row is a JSON object, but this is START_ARRAY");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 11, 200, 700})
    void aBrokenParquetFileIsOneReadableError(int bytes) throws IOException {
        // Given
        Path path = folder.resolve("whole.parquet");
        try (RowWriter writer = Table.of(path).create(COLUMNS)) {
            for (int i = 0; i < 100; i++) {
                writer.write(Arrays.asList("text " + i, (long) i, i / 3.0, true, "{}"));
            }
        }
        byte[] whole = Files.readAllBytes(path);
        Path cut = folder.resolve("cut.parquet");
        Files.write(cut, Arrays.copyOf(whole, Math.min(bytes, whole.length - 1)));

        // When
        // Then
        assertThatThrownBy(() -> rows(Table.of(cut)))
                .isInstanceOf(TableException.class)
                .hasMessageStartingWith(cut + ": cannot be read as Parquet");
    }

    static List<Row> rows(Table table) throws IOException {
        List<Row> all = new ArrayList<>();
        try (RowReader reader = table.open()) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                all.add(row);
            }
        }
        return all;
    }
}
