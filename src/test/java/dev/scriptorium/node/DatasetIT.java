package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset of 20 seeds, 3 templates and 2 audiences, and what people do to the program while it is made. */
class DatasetIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECIPE = "topology/examples/synthetic-data.yaml";

    @TempDir
    Path folder;

    @Test
    void killedTwiceItYieldsTheSameDatasetAndItsRowsCanBeWrittenAgain() throws Exception {
        // Given
        Path undisturbed = folder.resolve("undisturbed");
        try (Launched run = run(undisturbed, "--threads", "1")) {
            assertThat(run.waitFor()).as(run.said()).isZero();
        }
        Path killed = folder.resolve("killed");
        for (int texts : List.of(1, 40)) {
            try (Launched run = run(killed)) {
                run.until(() -> rows(killed) >= texts);
                run.kill();
            }
        }

        // When
        try (Launched last = run(killed)) {
            assertThat(last.waitFor()).as(last.said()).isZero();
        }

        // Then
        assertThat(digests(killed)).isNotEmpty().isEqualTo(digests(undisturbed));
        JsonNode statistics = manifest(killed).path("statistics");
        assertThat(statistics).isEqualTo(manifest(undisturbed).path("statistics"));
        assertThat(statistics.path("kept").asInt() + statistics.path("dropped").asInt())
                .isEqualTo(120);
        try (Launched verify = start("verify", killed.toString(), "--sample", "20", "--state", state("verify"))) {
            assertThat(verify.waitFor()).as(verify.said()).isZero();
            assertThat(verify.said()).contains("20 rows written again, all equal byte for byte");
        }
    }

    /** How many texts the state has; counted in the log of the rows topic, because files come at the end. */
    private long rows(Path output) {
        Path logs = folder.resolve(output.getFileName() + "-state").resolve("kafka");
        try (Stream<Path> files = Files.exists(logs) ? Files.walk(logs) : Stream.empty()) {
            return files.filter(file -> String.valueOf(file.getParent()).matches(".*/rows-\\d+")
                            && file.toString().endsWith(".log"))
                    .mapToLong(DatasetIT::rowsIn)
                    .sum();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }

    private static long rowsIn(Path log) {
        try {
            String bytes = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
            return bytes.split("\"seed_data\"", -1).length - 1L;
        } catch (IOException e) {
            return 0;
        }
    }

    private Launched run(Path output, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("dataset", "run", RECIPE, "--output", output.toString()));
        arguments.addAll(List.of("--state", state(String.valueOf(output.getFileName()))));
        arguments.addAll(List.of(more));
        return start(arguments.toArray(String[]::new));
    }

    private Launched start(String... arguments) throws IOException {
        return Launched.start(folder, arguments);
    }

    private String state(String name) {
        return folder.resolve(name + "-state").toString();
    }

    private static JsonNode manifest(Path dataset) throws IOException {
        return JSON.readTree(Files.readAllBytes(dataset.resolve("manifest.json")));
    }

    private static List<String> digests(Path dataset) throws IOException {
        List<String> digests = new ArrayList<>();
        for (JsonNode shard : manifest(dataset).path("shards")) {
            shard.path("files").forEach(file -> digests.add(file.path("path") + " " + file.path("sha256")));
        }
        return digests;
    }
}
