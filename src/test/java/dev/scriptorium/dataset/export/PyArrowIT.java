package dev.scriptorium.dataset.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python's readers of data sets stand on pyarrow, so it reads the shards: from the system, or from PyPI. */
class PyArrowIT {
    private static final String SCRIPT = """
        import glob, json, sys
        import pyarrow.parquet
        folder = sys.argv[1]
        parquet, lines = [], []
        for file in sorted(glob.glob(folder + "/parquet/*.parquet")):
            parquet += pyarrow.parquet.read_table(file).to_pylist()
        for file in sorted(glob.glob(folder + "/jsonl/*.jsonl")):
            lines += [json.loads(line) for line in open(file, encoding="utf-8")]
        different = [(row["id"], name) for row, other in zip(parquet, lines) for name in other
            if row[name] != other[name]
            and not (isinstance(other[name], (dict, list)) and json.loads(row[name]) == other[name])]
        print(json.dumps({"parquet": len(parquet), "lines": len(lines), "different": different,
            "tokens": sum(row["token_length"] for row in parquet), "columns": list(parquet[0]) == list(lines[0])}))
        """;

    @TempDir
    private Path folder;

    @Test
    void pyarrowReadsFromParquetWhatStandsInJsonLines() throws Exception {
        // Given
        Path work = Path.of("target/pyarrow").toAbsolutePath();
        String python = python(work);
        Manifest manifest = SampleRows.export(folder, 230, 50);

        // When
        JsonNode said =
                new ObjectMapper().readTree(Programs.said(work, List.of(python, "-c", SCRIPT, folder.toString())));

        // Then
        assertThat(said.path("different")).isEmpty();
        assertThat(said.path("parquet").asLong())
                .isEqualTo(said.path("lines").asLong())
                .isEqualTo(manifest.statistics().kept());
        assertThat(said.path("tokens").asLong()).isEqualTo(manifest.statistics().tokens());
        assertThat(said.path("columns").asBoolean()).isTrue();
    }

    /** One that has pyarrow; if there is none it is installed once under target. */
    private static String python(Path work) throws IOException, InterruptedException {
        Files.createDirectories(work);
        Path log = work.resolve("install.log");
        assumeTrue(Programs.isOnPath("python3"), "needs python3, to read with pyarrow");
        Path own = work.resolve("bin/python");
        for (String python : List.of("python3", own.toString())) {
            if ((python.equals("python3") || Files.isExecutable(own))
                    && Programs.succeeds(work, log, List.of(python, "-c", "import pyarrow.parquet"))) {
                return python;
            }
        }
        boolean installed = Programs.succeeds(work, log, List.of("python3", "-m", "venv", work.toString()))
                && Programs.succeeds(
                        work, log, List.of(own.toString(), "-m", "pip", "install", "-q", "pyarrow==25.0.1"));
        assumeTrue(installed, "needs pyarrow (apt install python3-pyarrow), or PyPI to install it from: " + log);
        return own.toString();
    }
}
