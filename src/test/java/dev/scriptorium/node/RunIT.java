package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.node.process.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command of the README, and what people do to it. */
class RunIT {
    private static final Path EXAMPLES = Path.of("examples/prompts.jsonl");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void answersEveryExampleOnceAndHasNothingLeftToDoTheSecondTime() throws Exception {
        // Given
        Path output = folder.resolve("completions.jsonl");
        try (Launched first = run(EXAMPLES, output, "state")) {
            assertThat(first.waitFor()).as(first.said()).isZero();
        }
        String afterFirst = Files.readString(output);

        // When
        int code;
        String said;
        try (Launched second = run(EXAMPLES, output, "state")) {
            code = second.waitFor();
            said = second.said();
        }

        // Then
        assertThat(code).as(said).isZero();
        assertThat(texts(output)).hasSize(50).doesNotContainValue("");
        assertThat(said).contains("50 requests, 50 completed, 0 rejected (50 of them by an earlier run)");
        assertThat(output).content().isEqualTo(afterFirst);
        assertThat(folder.resolve("completions.errors.jsonl")).doesNotExist();
    }

    @Test
    void goesOnAfterKillsWithNothingTwiceNothingMissingAndTheSameBytes() throws Exception {
        // Given
        Path undisturbed = folder.resolve("undisturbed.jsonl");
        try (Launched run = run(EXAMPLES, undisturbed, "undisturbed", "--threads", "1")) {
            assertThat(run.waitFor()).as(run.said()).isZero();
        }
        Path output = folder.resolve("killed.jsonl");
        for (int lines : List.of(1, 12)) {
            try (Launched run = run(EXAMPLES, output, "killed")) {
                run.until(() -> count(output) >= lines);
                run.kill();
            }
        }
        try (Launched run = run(EXAMPLES, output, "killed")) {
            run.until(() -> count(output) >= 25);
            run.interrupt();
            assertThat(run.waitFor()).as(run.said()).isIn(0, 130);
        }

        // When
        int code;
        try (Launched last = run(EXAMPLES, output, "killed")) {
            code = last.waitFor();
        }

        // Then
        assertThat(code).isZero();
        assertThat(texts(output)).isEqualTo(texts(undisturbed));
    }

    @Test
    void badLinesAreRejectedByNameAndTheirNeighboursFinish() throws Exception {
        // Given
        Path input = folder.resolve("mixed.jsonl");
        Files.write(
                input,
                List.of(
                        "{\"id\": \"good-1\", \"prompt\": \"The moon is\", \"max_tokens\": 8}",
                        "this is not JSON",
                        "{\"id\": \"typo\", \"prompt\": \"Rain is\", \"temprature\": 0.5}",
                        "{\"id\": \"elsewhere\", \"prompt\": \"Rain is\", \"model\": \"scrivener-2m\"}",
                        "{\"id\": \"cold\", \"prompt\": \"Rain is\", \"temperature\": -1}",
                        "{\"id\": \"large\", \"prompt\": \"" + "rain ".repeat(2_000_000) + "\"}",
                        "{\"id\": \"long\", \"prompt\": \"" + "rain ".repeat(1_000) + "\"}",
                        "{\"id\": \"good-1\", \"prompt\": \"The sun is\"}",
                        "{\"id\": \"good-2\", \"prompt\": \"The sun is\", \"max_tokens\": 8}"));
        Path output = folder.resolve("completions.jsonl");

        // When
        int code;
        try (Launched run = run(input, output, "state")) {
            code = run.waitFor();
        }

        // Then
        assertThat(code).isEqualTo(ExitCode.SOME_REJECTED.code());
        assertThat(texts(output)).containsOnlyKeys("good-1", "good-2");
        Map<String, String> errors = errors(folder.resolve("completions.errors.jsonl"));
        assertThat(errors).hasSize(7);
        assertThat(errors.get("line-2")).startsWith("mixed.jsonl:2: ").contains("JSON");
        assertThat(errors.get("typo"))
                .startsWith("mixed.jsonl:3: ")
                .contains("temprature", "Did you mean 'temperature'?");
        assertThat(errors.get("elsewhere")).startsWith("mixed.jsonl:4: ").contains("scrivener-2m", "scrivener-1m");
        assertThat(errors.get("cold")).startsWith("mixed.jsonl:5: ").contains("temperature", "-1", "from 0 to 2");
        assertThat(errors.get("mixed.jsonl:6")).contains("10,000,029 bytes", "1,048,576");
        assertThat(errors.get("long")).startsWith("mixed.jsonl:7: ").contains("512");
        assertThat(errors.get("mixed.jsonl:8")).contains("'good-1'", "line 1");
    }

    private Launched run(Path input, Path output, String state, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                input.toString(),
                "--output",
                output.toString(),
                "--state",
                folder.resolve(state).toString()));
        arguments.addAll(List.of(more));
        return Launched.start(folder, arguments.toArray(String[]::new));
    }

    private static int count(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).size() : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Text by id; fails if an id is there twice. */
    private static Map<String, String> texts(Path file) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode answer = JSON.readTree(line);
            JsonNode choice =
                    answer.path("response").path("body").path("choices").path(0);
            String text = answer.has("custom_id")
                    ? choice.path("message")
                            .path("content")
                            .asText(choice.path("text").asText())
                    : answer.path("text").asText();
            String id = answer.has("custom_id")
                    ? answer.path("custom_id").asText()
                    : answer.path("id").asText();
            assertThat(texts.put(id, text)).as("%s is there twice", id).isNull();
        }
        return texts;
    }

    private static Map<String, String> errors(Path file) throws IOException {
        Map<String, String> messages = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode answer = JSON.readTree(line);
            String message = answer.path("error").path("message").asText();
            assertThat(messages.put(answer.path("id").asText(), message)).isNull();
        }
        return messages;
    }
}
