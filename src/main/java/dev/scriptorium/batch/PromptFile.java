package dev.scriptorium.batch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
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
        if (!settings.isEmpty() && format(path) == Format.JSON_LINES) {
            throw new IllegalArgumentException(
                    "--set is for tables; each line of " + path + " says its own request fields");
        }
    }

    /** A file of lines, or a table with the columns {@code id} and {@code prompt}. */
    public static PromptFile of(Path path) {
        return new PromptFile(path, Columns.DEFAULT, Map.of());
    }

    /** What kind of file it is, by the end of its name. */
    public enum Format {
        /** One JSON object a line: plain, or OpenAI batch lines. */
        JSON_LINES,
        /** Comma-separated values with a head line (RFC 4180). */
        CSV,
        /** The same with tabs. */
        TSV
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

    public Format format() {
        return format(path);
    }

    /** @param lineBytesMax more of a line is not kept */
    public PromptSource open(int lineBytesMax) throws IOException {
        return switch (format()) {
            case JSON_LINES -> new PromptLines(path, lineBytesMax);
            case CSV -> new TableRows(this, ',');
            case TSV -> new TableRows(this, '\t');
        };
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
            if (format() != Format.JSON_LINES) {
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

    private static Format format(Path path) {
        @Nullable Path name = path.getFileName();
        String file = String.valueOf(name).toLowerCase(Locale.ROOT);
        if (file.endsWith(".csv")) {
            return Format.CSV;
        }
        return file.endsWith(".tsv") ? Format.TSV : Format.JSON_LINES;
    }
}
