package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset of 20 seeds, 3 templates and 2 audiences, and what people do to the program while it is made. */
class DatasetIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECIPE = "topology/examples/synthetic-data.yaml";
    private static final String JUDGED = """
          decontamination: {files: benchmark.jsonl, column: passage}
          judge:
            template: "{{ text }}\\n\\nQuestion: From 1 to 5, how good is this for {{ audience }}?\\nAnswer:"
            scores: [1, 2, 3, 4, 5]
            score_min: 3
        """;

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

        try (Launched run = run(killed)) {
            run.until(() -> rows(killed) >= 60);
            run.interrupt();
            assertThat(run.waitFor()).as(run.said()).isEqualTo(130);
            assertThat(run.said()).contains("stopped; the same command goes on");
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
        String tampered = tamper(killed);
        try (Launched verify = start("verify", killed.toString(), "--sample", "120", "--state", state("verify"))) {
            assertThat(verify.waitFor()).as(verify.said()).isEqualTo(1);
            assertThat(verify.said()).contains("row " + tampered + ": the text differs from character 4 on");
        }
        decontaminateAndJudge(undisturbed);
    }

    /** Changes one text and all that says so, so that nothing but writing it again can show it; gives the row's id. */
    private static String tamper(Path dataset) throws Exception {
        Path lines = dataset.resolve("jsonl/train-00000.jsonl");
        List<String> rows = new ArrayList<>(Files.readAllLines(lines));
        ObjectNode row = (ObjectNode) JSON.readTree(rows.get(7));
        String text = row.path("text").asText();
        row.put("text", text.substring(0, 4) + "\u00a7" + text.substring(5));
        rows.set(7, row.toString());
        Files.write(lines, rows);
        ObjectNode manifest = (ObjectNode) manifest(dataset);
        ArrayNode files = (ArrayNode) manifest.path("shards").path(0).path("files");
        files.remove(0);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(lines));
        ((ObjectNode) files.get(0)).put("sha256", HexFormat.of().formatHex(digest));
        Files.write(dataset.resolve("manifest.json"), JSON.writeValueAsBytes(manifest));
        return row.path("id").asText();
    }

    /** A benchmark that has what the model writes: the same rows as before come without that text, and judged. */
    private void decontaminateAndJudge(Path undisturbed) throws Exception {
        JsonNode known = JSON.readTree(Files.readAllLines(undisturbed.resolve("jsonl/train-00000.jsonl"))
                .getFirst());
        Path recipe = folder.resolve("clean.yaml");
        String yaml = Files.readString(Path.of(RECIPE))
                .replace("redraws: 2", "redraws: 0")
                .replace("gates:\n", "gates:\n" + JUDGED);
        Files.writeString(recipe, yaml);
        Files.writeString(
                folder.resolve("benchmark.jsonl"),
                JSON.writeValueAsString(Map.of("passage", known.path("text").asText())) + "\n");
        List<String> seeds = Files.readAllLines(Path.of("topology/examples/seeds.jsonl"));
        Files.write(folder.resolve("seeds.jsonl"), seeds.subList(0, 2));
        Path clean = folder.resolve("clean");
        try (Launched run =
                start("dataset", "run", recipe.toString(), "--output", clean.toString(), "--state", state("clean"))) {
            assertThat(run.waitFor()).as(run.said()).isZero();
        }
        assertThat(manifest(clean)
                        .at("/statistics/gates/decontamination/dropped")
                        .asInt())
                .isEqualTo(1);
        assertThat(Files.readString(clean.resolve("jsonl/train-00000.jsonl")))
                .doesNotContain("\"id\":\"" + known.path("id").asText() + "\"");
        requireJudged(clean);
        try (Launched preview =
                start("dataset", "run", recipe.toString(), "--preview", "10", "--state", state("clean"))) {
            assertThat(preview.waitFor()).as(preview.said()).isZero();
            assertThat(preview.said().lines().filter(line -> line.startsWith("── row")))
                    .hasSize(10);
            assertThat(preview.said()).containsPattern("All 12 rows: about \\d+ texts, \\d+ tokens in the dataset");
        }
    }

    /** The model said a number of each text that came to it, because it could say nothing else. */
    private static void requireJudged(Path dataset) throws IOException {
        JsonNode statistics = manifest(dataset).path("statistics");
        JsonNode judge = statistics.at("/gates/judge");
        assertThat(judge.path("passed").asInt() + judge.path("dropped").asInt()).isGreaterThan(6);
        assertThat(judge.path("passed").asInt())
                .isEqualTo(statistics.path("kept").asInt()
                        + statistics.at("/gates/exact_duplicates/dropped").asInt()
                        + statistics.at("/gates/near_duplicates/dropped").asInt());
        for (String line : Files.readAllLines(dataset.resolve("jsonl/train-00000.jsonl"))) {
            JsonNode verdicts = JSON.readTree(line).path("gates");
            assertThat(verdicts.findValuesAsText("gate")).contains("judge");
            verdicts.forEach(verdict -> {
                if (verdict.path("gate").asText().equals("judge")) {
                    assertThat(verdict.path("value").asText()).matches("[345]");
                }
            });
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
