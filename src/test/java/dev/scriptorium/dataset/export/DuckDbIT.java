package dev.scriptorium.dataset.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.Programs;
import dev.scriptorium.dataset.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        Manifest manifest = SampleRows.export(folder, ROWS, 50);

        // When
        JsonNode said =
                new ObjectMapper().readTree(Programs.said(work, List.of("node", "read.mjs", folder.toString())));

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
            assumeTrue(
                    Programs.isOnPath("node") && Programs.isOnPath("npm"), "needs node and npm, to read with DuckDB");
            boolean installed = Programs.succeeds(
                    work,
                    work.resolve("npm.log"),
                    List.of(
                            "npm",
                            "install",
                            "--no-package-lock",
                            "--no-audit",
                            "--no-fund",
                            "@duckdb/node-api@1.5.6-r.1"));
            assumeTrue(installed, "needs the npm registry, to install @duckdb/node-api: " + work.resolve("npm.log"));
        }
        return work;
    }
}
