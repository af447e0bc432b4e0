package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.Table;
import dev.scriptorium.table.TableFormat;
import dev.scriptorium.wire.PromptDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of prompts in one of the formats that people have.
 *
 * @param path of the file
 * @param columns which columns of a table are what; for lines of JSON they are not used
 * @param settings request fields for every row of a table, for example {@code max_tokens}; values as JSON
 */
public record PromptFile(Path path, Columns columns, Map<String, String> settings) {
    private static final int READ_BYTES = 1 << 16;

    public PromptFile {
        settings = Map.copyOf(settings);
        if (!settings.isEmpty() && format(path) == TableFormat.JSON_LINES) {
            throw new IllegalArgumentException(
                    "--set is for tables; each line of " + path + " says its own request fields");
        }
    }

    /** A file of lines, or a table with the columns {@code id} and {@code prompt}. */
    public static PromptFile of(Path path) {
        return new PromptFile(path, Columns.DEFAULT, Map.of());
    }

    /**
     * Names of columns.
     *
     * @param id of the column with each row's id; a table may have none, and then a row is named after its line
     * @param prompt of the column with the text to continue
     */
    public record Columns(String id, String prompt) {
        public static final Columns DEFAULT = new Columns("id", "prompt");
    }

    /** One that was submitted, read as it was then, where the caller says nothing else. */
    public static PromptFile submitted(Path path, Batch.@Nullable Table table) {
        return table == null
                ? of(path)
                : new PromptFile(path, new Columns(table.idColumn(), table.promptColumn()), table.settings());
    }

    /** How its rows become requests; null if it is lines. */
    Batch.@Nullable Table table() {
        return isTable() ? new Batch.Table(columns.id(), columns.prompt(), settings) : null;
    }

    /** By the end of the file's name; what has no known one is taken for lines of JSON. */
    public TableFormat format() {
        return format(path);
    }

    /** Whether it is a table with columns, and not lines that say themselves what they are. */
    public boolean isTable() {
        return format() != TableFormat.JSON_LINES;
    }

    /** @param lineBytesMax more of a line is not kept */
    public PromptSource open(int lineBytesMax) throws IOException {
        return switch (format()) {
            case JSON_LINES -> new PromptLines(path, lineBytesMax);
            case CSV, TSV, PARQUET -> new TablePrompts(this);
        };
    }

    /**
     * Columns of a table that are called as request fields are, and yet say nothing to the pipeline: a table gives ids
     * and prompts, and {@link #settings} everything else. None if the table cannot be read, which its reader tells.
     */
    public List<String> idleFields() {
        if (!isTable()) {
            return List.of();
        }
        try (RowReader rows = new Table(path, format()).open()) {
            return rows.columns().stream()
                    .filter(PromptDecoder::isField)
                    .filter(name -> !name.equals(columns.id()) && !name.equals(columns.prompt()))
                    .filter(name -> !settings.containsKey(name))
                    .toList();
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
    }

    /** {@code sha256:} and 64 hex digits over the bytes, and over how they are read. */
    public String digest() {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            try (DigestInputStream digesting = new DigestInputStream(in, sha256)) {
                byte[] buffer = new byte[READ_BYTES];
                int read = digesting.read(buffer);
                while (read >= 0) {
                    read = digesting.read(buffer);
                }
            }
            if (isTable()) {
                sha256.update((columns + " " + new java.util.TreeMap<>(settings))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            return "sha256:" + HexFormat.of().formatHex(sha256.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("the input " + path + " cannot be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static TableFormat format(Path path) {
        return TableFormat.of(path).orElse(TableFormat.JSON_LINES);
    }
}
