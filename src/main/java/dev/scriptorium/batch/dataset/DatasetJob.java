package dev.scriptorium.batch.dataset;

import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.dataset.recipe.RecipeFile;
import dev.scriptorium.dataset.recipe.SeedRows;
import dev.scriptorium.table.Row;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.Table;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A recipe with its files, counted.
 *
 * @param digest over recipe, seeds and benchmarks, {@code sha256:} and 64 hex digits
 * @param seeds rows of them that are used
 * @param benchmarks texts
 */
public record DatasetJob(RecipeFile file, String digest, long seeds, long benchmarks) {
    /** Is shown one row after the other, each as a line of JSON. */
    interface Visitor {
        void visit(String json);
    }

    /**
     * Reads all files once.
     *
     * @param seedsMax only so many seeds are used
     */
    public static DatasetJob of(RecipeFile file, long seedsMax) throws IOException {
        MessageDigest digest = sha256();
        digest.update(new RecipeFormat().write(file.recipe()).getBytes(StandardCharsets.UTF_8));
        long seeds = visitSeeds(file, seedsMax, json -> update(digest, json));
        long benchmarks = visitBenchmarks(file, json -> update(digest, json));
        return new DatasetJob(file, "sha256:" + HexFormat.of().formatHex(digest.digest()), seeds, benchmarks);
    }

    public String name() {
        return file.recipe().job();
    }

    /** How many rows it will have, kept or not. */
    public long rows() {
        return file.recipe().rows(seeds);
    }

    void visitSeeds(Visitor visitor) throws IOException {
        visitSeeds(file, seeds, visitor);
    }

    void visitBenchmarks(Visitor visitor) throws IOException {
        visitBenchmarks(file, visitor);
    }

    private static long visitSeeds(RecipeFile file, long most, Visitor visitor) throws IOException {
        long count = 0;
        try (SeedRows rows = SeedRows.open(file.seeds())) {
            for (SeedRow row = next(rows, count, most); row != null; row = next(rows, count, most)) {
                visitor.visit(row.json());
                count++;
            }
        }
        return count;
    }

    private static @Nullable SeedRow next(SeedRows rows, long count, long most) throws IOException {
        return count < most ? rows.next() : null;
    }

    private static long visitBenchmarks(RecipeFile file, Visitor visitor) throws IOException {
        long count = 0;
        for (Table table : file.benchmarks()) {
            try (RowReader rows = table.open()) {
                for (Row row = rows.next(); row != null; row = rows.next()) {
                    String text = row.text(file.benchmarkColumn());
                    if (text == null) {
                        throw new IllegalStateException("%s:%d: the benchmark has no column '%s' (columns: %s)"
                                .formatted(
                                        table.path(),
                                        row.number(),
                                        file.benchmarkColumn(),
                                        String.join(", ", rows.columns())));
                    }
                    Map<String, String> named = new LinkedHashMap<>();
                    named.put("name", String.valueOf(table.path().getFileName()));
                    named.put("text", text);
                    visitor.visit(SeedRow.of(named).json());
                    count++;
                }
            }
        }
        return count;
    }

    private static void update(MessageDigest digest, String json) {
        digest.update(json.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
