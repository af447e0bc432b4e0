package dev.scriptorium.node.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.batch.dataset.DatasetRun;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.dataset.export.DatasetExport;
import dev.scriptorium.table.Row;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.Table;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A dataset as it lies on the disk. */
final class DatasetFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS_NAMED_MAX = 10;
    private static final int READ_BYTES = 1 << 16;

    private final Path folder;
    private final JsonNode manifest;
    private final Recipe recipe;

    private DatasetFolder(Path folder, JsonNode manifest, Recipe recipe) {
        this.folder = folder;
        this.manifest = manifest;
        this.recipe = recipe;
    }

    static DatasetFolder open(Path folder) throws IOException {
        Path manifest = folder.resolve(DatasetExport.MANIFEST);
        Path recipe = folder.resolve(DatasetRun.RECIPE);
        for (Path file : List.of(manifest, recipe)) {
            if (!Files.isReadable(file)) {
                throw new IllegalStateException(
                        folder + " is no dataset of 'dataset run': " + file.getFileName() + " is not there");
            }
        }
        return new DatasetFolder(
                folder,
                JSON.readTree(Files.readAllBytes(manifest)),
                new RecipeFormat().wholeRecipe(Files.readAllBytes(recipe)));
    }

    Recipe recipe() {
        return recipe;
    }

    /** What is wrong with the files that the manifest names; a list that may be added to. */
    List<String> checkFiles() throws IOException {
        List<String> problems = new ArrayList<>();
        for (JsonNode shard : manifest.path("shards")) {
            List<Path> whole = new ArrayList<>();
            List<Path> changed = new ArrayList<>();
            for (JsonNode file : shard.path("files")) {
                Path path = folder.resolve(file.path("path").asText());
                String expected = file.path("sha256").asText();
                String found = Files.isReadable(path) ? digest(path) : "no file";
                if (found.equals(expected)) {
                    whole.add(path);
                } else {
                    problems.add("%s: the manifest says sha256 %s, found %s".formatted(path, expected, found));
                    if (Files.isReadable(path)) {
                        changed.add(path);
                    }
                }
            }
            for (Path path : whole.isEmpty() ? List.<Path>of() : changed) {
                problems.addAll(differences(whole.getFirst(), path));
            }
        }
        return problems;
    }

    /** Each format has the same rows, so a file that is whole says which of a changed one's are not what they were. */
    private static List<String> differences(Path whole, Path changed) throws IOException {
        List<String> found = new ArrayList<>();
        try (RowReader expected = Table.of(whole).open();
                RowReader rows = Table.of(changed).open()) {
            for (Row right = expected.next(); right != null && found.size() < ROWS_NAMED_MAX; right = expected.next()) {
                Row row = rows.next();
                String id = String.valueOf(right.text("id"));
                if (row == null || !id.equals(row.text("id"))) {
                    found.add("row %s: is not where it was in %s".formatted(id, changed));
                    return found;
                }
                for (String column : List.of("prompt", "text")) {
                    if (!Objects.equals(right.text(column), row.text(column))) {
                        found.add("row %s: its %s was changed in %s".formatted(id, column, changed));
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            found.add("%s: cannot be read to its end: %s".formatted(changed, e.getMessage()));
        }
        return found;
    }

    /** Some rows, each as likely as any other, in their order. */
    List<VerifiedRow> sample(int most, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<VerifiedRow> chosen = new ArrayList<>();
        long seen = 0;
        for (JsonNode shard : manifest.path("shards")) {
            Path path = folder.resolve(shard.path("files").path(0).path("path").asText());
            try (RowReader rows = Table.of(path).open()) {
                for (Row row = rows.next(); row != null; row = rows.next()) {
                    seen++;
                    if (chosen.size() < most) {
                        chosen.add(row(path, row));
                    } else {
                        long place = random.nextLong(seen);
                        if (place < most) {
                            chosen.set((int) place, row(path, row));
                        }
                    }
                }
            }
        }
        if (chosen.isEmpty()) {
            throw new IllegalStateException(folder + " has no rows yet; nothing can be verified");
        }
        return chosen;
    }

    private VerifiedRow row(Path path, Row row) {
        String audience = row.text("audience");
        String style = row.text("style");
        String id = text(path, row, "id");
        String[] parts = id.split("/", -1);
        RowKey key = new RowKey(
                Long.parseLong(parts[0]),
                text(path, row, "format"),
                audience == null ? "" : audience,
                style == null ? "" : style,
                Integer.parseInt(parts[parts.length - 1]));
        return new VerifiedRow(
                id,
                key,
                text(path, row, "prompt"),
                text(path, row, "text"),
                SeedRow.of(object(row.values().get("seed_data")).toString()),
                text(path, row, "template_version"),
                text(path, row, "weights_digest"),
                object(row.values().get("sampling")));
    }

    /** JSON stands in a file of JSON lines as it is, and in Parquet as text. */
    private static ObjectNode object(@Nullable Object value) {
        try {
            JsonNode node = value instanceof Map<?, ?> ? JSON.valueToTree(value) : JSON.readTree(String.valueOf(value));
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalStateException("a row has '" + value + "' where a JSON object should be");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row has a column that is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(Path path, Row row, String column) {
        String text = row.text(column);
        if (text == null) {
            throw new IllegalStateException("%s:%d: the row has no '%s'".formatted(path, row.number(), column));
        }
        return text;
    }

    private static String digest(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            try (DigestInputStream digesting = new DigestInputStream(in, sha256)) {
                byte[] buffer = new byte[READ_BYTES];
                while (digesting.read(buffer) >= 0) {
                    // Reading is all there is to do.
                }
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
