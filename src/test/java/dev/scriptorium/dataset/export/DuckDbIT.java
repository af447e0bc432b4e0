package dev.scriptorium.dataset.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.table.TableFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DuckDB, which shares no line with us, reads the shards: npm's package of it, which brings its own library. */
class DuckDbIT {
    private static final int ROWS = 230;
    private static final String SCRIPT = """
        import { DuckDBInstance } from '@duckdb/node-api';
        const connection = await (await DuckDBInstance.create(':memory:')).connect();
        const read = async (from) => (await connection.runAndReadAll(`SELECT count(*)::INT AS rows,
            sum(token_length)::INT AS tokens, count(audience)::INT AS audiences, min(text) AS first,
            count(DISTINCT id)::INT AS ids, md5(string_agg(text, '~' ORDER BY id)) AS texts
            FROM ${from}`)).getRowObjectsJson()[0];
        const folder = process.argv[2];
        console.log(JSON.stringify({
          parquet: await read(`read_parquet('${folder}/parquet/*.parquet')`),
          jsonl: await read(`read_json('${folder}/jsonl/*.jsonl')`) }));
        """;

    @TempDir
    private Path folder;

    @Test
    void readsTheSameRowsFromParquetAndFromJsonLines() throws Exception {
        // Given
        Path work = duckDb();
        Manifest manifest;
        ExportSettings settings =
                new ExportSettings(List.of(TableFormat.PARQUET, TableFormat.JSON_LINES), 50, null, List.of());
        try (DatasetExport export = DatasetExport.open(folder, SampleRows.JOB, "rows-0", 0, settings)) {
            for (int i = 0; i < ROWS; i++) {
                export.add(i, SampleRows.row(i));
            }
            manifest = export.finish();
        }

        // When
        JsonNode said = new ObjectMapper().readTree(node(work, folder.toString()));

        // Then
        JsonNode parquet = said.path("parquet");
        assertThat(parquet).isEqualTo(said.path("jsonl"));
        assertThat(parquet.path("rows").asLong())
                .isEqualTo(manifest.statistics().kept());
        assertThat(parquet.path("tokens").asLong())
                .isEqualTo(manifest.statistics().tokens());
        assertThat(parquet.path("audiences").asLong())
                .isEqualTo(manifest.statistics().audiences().get("young children"));
        assertThat(parquet.path("ids").asLong()).isEqualTo(manifest.statistics().kept());
        assertThat(parquet.path("first").asText()).isEqualTo(firstText());
    }

    private static String firstText() {
        String first = "\uffff";
        for (int i = 0; i < ROWS; i++) {
            Row row = SampleRows.row(i);
            Row.Written written = row.written();
            if (row.fate() == Row.Fate.KEPT && written != null && written.text().compareTo(first) < 0) {
                first = written.text();
            }
        }
        return first;
    }

    /** Installed once under target; without npm or a registry the test is skipped. */
    private static Path duckDb() throws IOException, InterruptedException {
        Path work = Path.of("target/duckdb").toAbsolutePath();
        Files.createDirectories(work);
        Files.writeString(work.resolve("package.json"), "{\"private\": true, \"type\": \"module\"}\n");
        Files.writeString(work.resolve("read.mjs"), SCRIPT);
        if (!Files.isDirectory(work.resolve("node_modules/@duckdb/node-api"))) {
            assumeTrue(isOnPath("node") && isOnPath("npm"), "needs node and npm, to read with DuckDB");
            Process npm = new ProcessBuilder(
                            "npm",
                            "install",
                            "--no-package-lock",
                            "--no-audit",
                            "--no-fund",
                            "@duckdb/node-api@1.5.6-r.1")
                    .directory(work.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(work.resolve("npm.log").toFile())
                    .start();
            boolean installed = npm.waitFor(180, TimeUnit.SECONDS) && npm.exitValue() == 0;
            assumeTrue(installed, "needs the npm registry, to install @duckdb/node-api: " + work.resolve("npm.log"));
        }
        return work;
    }

    private static String node(Path work, String folder) throws IOException, InterruptedException {
        Path errors = work.resolve("errors.log");
        Process node = new ProcessBuilder("node", "read.mjs", folder)
                .directory(work.toFile())
                .redirectError(errors.toFile())
                .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(Files.readString(errors)).isZero();
        return said;
    }

    private static boolean isOnPath(String program) {
        for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        return false;
    }
}
