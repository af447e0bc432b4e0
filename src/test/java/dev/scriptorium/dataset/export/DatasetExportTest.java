package dev.scriptorium.dataset.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.scriptorium.Seeds;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.table.TableFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class DatasetExportTest {
    private static final ExportSettings SETTINGS =
            new ExportSettings(List.of(TableFormat.PARQUET, TableFormat.JSON_LINES), 50, "apache-2.0", List.of("en"));
    private static final int ROWS = 230;
    private static final long FIRST_OFFSET = 1_000;
    private static final String SOURCE = "rows-2";

    @TempDir
    private Path folder;

    static LongStream seeds() {
        return Seeds.of(5);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void cutOffAnywhereItEndsWithTheSameBytes(long seed) throws IOException {
        // Given
        Path whole = folder.resolve("whole");
        Path cut = folder.resolve("cut");
        exportAll(whole);
        SplittableRandom random = new SplittableRandom(seed);

        // When
        int cuts = 0;
        for (boolean isDone = false; !isDone; ) {
            Path before = saveManifest(cut);
            try (DatasetExport export = open(cut)) {
                int until = (int) (export.nextOffset() - FIRST_OFFSET) + random.nextInt(120);
                isDone = until >= ROWS;
                addUntil(export, Math.min(until, ROWS));
                if (isDone) {
                    export.finish();
                }
            }
            // As if the power had failed after a shard was there and before the manifest was.
            if (!isDone && random.nextInt(3) == 0) {
                restoreManifest(before, cut);
            }
            cuts++;
        }

        // Then
        assertThat(cuts).isGreaterThan(1);
        assertThat(digests(cut)).isEqualTo(digests(whole)).hasSizeGreaterThan(10);
    }

    @Test
    void everyRowKeptStandsOnceInEachFormatForAReaderOfOthers() throws IOException {
        // Given
        List<Row> kept = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            if (SampleRows.row(i).fate() == Row.Fate.KEPT) {
                kept.add(SampleRows.row(i));
            }
        }

        // When
        Manifest manifest = exportAll(folder);
        List<String> read = new ArrayList<>();
        List<JsonNode> lines = new ArrayList<>();
        for (Manifest.Shard shard : manifest.shards()) {
            read.addAll(byHardwood(folder.resolve(shard.files().get(0).path())));
            for (String line :
                    Files.readAllLines(folder.resolve(shard.files().get(1).path()))) {
                lines.add(new ObjectMapper().readTree(line));
            }
        }

        // Then
        assertThat(read).hasSize(kept.size());
        assertThat(lines).hasSize(kept.size());
        for (int i = 0; i < kept.size(); i++) {
            Row row = kept.get(i);
            Row.Written written = java.util.Objects.requireNonNull(row.written());
            assertThat(read.get(i))
                    .isEqualTo(String.join(
                            "~",
                            row.prompt(),
                            written.text(),
                            Long.toString(written.tokens()),
                            row.seedData(),
                            "story",
                            row.key().audience(),
                            row.key().id(),
                            Long.toString(written.provenance().sampling().seed())));
            assertThat(lines.get(i).get("text").textValue()).isEqualTo(written.text());
            assertThat(lines.get(i).get("seed_data").get("topic").textValue())
                    .isEqualTo("the \"moon\" " + row.number());
            assertThat(lines.get(i).get("gates").get(0).get("gate").textValue()).isEqualTo("length");
        }
        assertThat(manifest.shards())
                .extracting(Manifest.Shard::rows)
                .startsWith(50, 50)
                .endsWith(kept.size() % 50);
    }

    @Test
    void theManifestHasTheChecksumOfEveryFileAndTheOffsets() throws IOException {
        // When
        Manifest manifest = exportAll(folder);

        // Then
        assertThat(manifest.complete()).isTrue();
        assertThat(manifest.nextOffset()).isEqualTo(FIRST_OFFSET + ROWS);
        for (Manifest.Shard shard : manifest.shards()) {
            assertThat(shard.lastOffset()).isGreaterThanOrEqualTo(shard.firstOffset() + shard.rows() - 1);
            for (Manifest.File file : shard.files()) {
                assertThat(WholeFile.sha256(folder.resolve(file.path()))).isEqualTo(file.sha256());
            }
        }
        Statistics counts = manifest.statistics();
        assertThat(counts.kept() + counts.dropped() + counts.failed()).isEqualTo(ROWS);
        assertThat(counts.tokenHistogram().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(counts.kept());
        assertThat(counts.duplicates()).isEqualTo(counts.dropped());
        assertThat(counts.gates().keySet()).containsExactly("length", "repetition", "near_duplicates");
        assertThat(counts.gates().get("length"))
                .isEqualTo(new Statistics.GateCount("20 to 400 tokens", counts.kept() + counts.dropped(), 33, 0));
    }

    @Test
    void theCardIsWhatTheHubReadsAndItsPicturesAreXml() throws Exception {
        // When
        Manifest manifest = exportAll(folder);
        String card = Files.readString(folder.resolve("README.md"));

        // Then
        String head = card.substring(4, card.indexOf("\n---\n", 4));
        Map<?, ?> yaml = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(head);
        assertThat(yaml.get("license")).isEqualTo("apache-2.0");
        assertThat(yaml.get("size_categories")).isEqualTo(List.of("n<1K"));
        assertThat(String.valueOf(yaml.get("configs"))).contains("parquet/train-*");
        assertThat(String.valueOf(yaml.get("dataset_info")))
                .contains("num_examples=" + manifest.statistics().kept());
        assertThat(card).contains("scrivener-1m", "pictures/tokens.svg", "| near_duplicates | at most 0.7 |");
        for (String picture : List.of("tokens.svg", "gates.svg")) {
            byte[] svg = Files.readAllBytes(folder.resolve("pictures").resolve(picture));
            assertThat(DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(svg))
                            .getElementsByTagName("rect")
                            .getLength())
                    .isGreaterThan(3);
        }
        assertThat(Files.readString(folder.resolve("pictures/tokens.svg")))
                .contains(">17–32<", ">193–256<")
                .doesNotContain(">1–16<", ">257–384<", ">over ");
    }

    @Test
    void aFolderIsOneExportOfOneRecipeByOneProcess() throws IOException {
        // Given
        exportAll(folder.resolve("a"));
        ExportSettings other = new ExportSettings(List.of(TableFormat.PARQUET), 50, null, List.of());

        // When
        // Then
        assertThatThrownBy(() -> DatasetExport.open(folder.resolve("a"), SampleRows.JOB, SOURCE, 0, other))
                .hasMessageContaining("was begun with formats [PARQUET, JSON_LINES], this one has [PARQUET]");
        assertThatThrownBy(() -> DatasetExport.open(folder.resolve("a"), "essays", SOURCE, 0, SETTINGS))
                .hasMessageContaining("was begun with job stories, this one has essays");
        Files.delete(folder.resolve("a/jsonl/train-00001.jsonl"));
        assertThatThrownBy(() -> open(folder.resolve("a"))).hasMessageContaining("train-00001.jsonl: is not there");
        try (DatasetExport export = open(folder.resolve("b"))) {
            assertThatThrownBy(() -> open(folder.resolve("b")))
                    .hasMessageContaining("is being written by another export");
            export.add(FIRST_OFFSET, SampleRows.row(1));
            assertThatThrownBy(() -> export.add(FIRST_OFFSET + 1, SampleRows.row(2, "sha256:another")))
                    .hasMessageContaining("one dataset has one recipe");
        }
    }

    private Manifest exportAll(Path to) throws IOException {
        try (DatasetExport export = open(to)) {
            addUntil(export, ROWS);
            return export.finish();
        }
    }

    private static DatasetExport open(Path to) throws IOException {
        return DatasetExport.open(to, SampleRows.JOB, SOURCE, FIRST_OFFSET, SETTINGS);
    }

    private static void addUntil(DatasetExport export, int rows) throws IOException {
        for (int i = (int) (export.nextOffset() - FIRST_OFFSET); i < rows; i++) {
            export.add(FIRST_OFFSET + i, SampleRows.row(i));
        }
    }

    private Path saveManifest(Path from) throws IOException {
        Path saved = folder.resolve("manifest-before.json");
        Files.deleteIfExists(saved);
        if (Files.exists(from.resolve(DatasetExport.MANIFEST))) {
            Files.copy(from.resolve(DatasetExport.MANIFEST), saved);
        }
        return saved;
    }

    private static void restoreManifest(Path saved, Path to) throws IOException {
        if (Files.exists(saved)) {
            Files.copy(saved, to.resolve(DatasetExport.MANIFEST), StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.deleteIfExists(to.resolve(DatasetExport.MANIFEST));
        }
    }

    private static Map<String, String> digests(Path of) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(of)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!String.valueOf(file.getFileName()).startsWith(".")) {
                    digests.put(of.relativize(file).toString(), WholeFile.sha256(file));
                }
            }
        }
        return digests;
    }

    private static List<String> byHardwood(Path path) throws IOException {
        List<String> read = new ArrayList<>();
        try (ParquetFileReader file = ParquetFileReader.open(InputFile.of(path));
                dev.hardwood.reader.RowReader rows = file.rowReader()) {
            while (rows.hasNext()) {
                rows.next();
                read.add(String.join(
                        "~",
                        rows.getString("prompt"),
                        new String(rows.getString("text").getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8),
                        Long.toString(rows.getLong("token_length")),
                        rows.getString("seed_data"),
                        rows.getString("format"),
                        rows.isNull("audience") ? "" : rows.getString("audience"),
                        rows.getString("id"),
                        Long.toString(rows.getLong("seed"))));
            }
        }
        return read;
    }
}
