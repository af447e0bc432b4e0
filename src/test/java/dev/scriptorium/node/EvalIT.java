package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The demo model is asked questions, through the pipeline. */
class EvalIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    EvalIT() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "eval");
    }

    /** Questions of three kinds, and what llama.cpp made of them, as the file's first line says. */
    private static final Path TASKS = Path.of("src/test/resources/dataset/choices.jsonl");

    private static final Path LLAMA_CPP = Path.of("src/test/resources/dataset/choices-llama-cpp.jsonl");

    @Test
    void eachChoiceIsScoredAsLlamaCppScoresItByTheTokensAfterItsContextAndTheSameCommandChangesNothing()
            throws Exception {
        // Given
        List<String> expected = Files.readAllLines(LLAMA_CPP);
        List<List<String>> texts = List.of(
                List.of("Question: What is rain?\nAnswer:", " water that falls from clouds", " a drum"),
                List.of("Once upon a time there was a little", " fox", " quantum tensor"),
                List.of("The moon moves around the", "  earth", "  spoon"));
        Path report = folder.resolve("report.json");

        // When
        run(report);
        byte[] first = Files.readAllBytes(report);
        List<String> samples = Files.readAllLines(folder.resolve("report.json.samples.jsonl"));
        run(report);

        // Then
        assertThat(Files.readAllBytes(report)).isEqualTo(first);
        assertThat(Files.readAllLines(folder.resolve("report.json.samples.jsonl")))
                .isEqualTo(samples);
        requireTokensOfChoices(texts, samples);
        double right = 0;
        for (int i = 0; i < samples.size(); i++) {
            JsonNode sample = JSON.readTree(samples.get(i));
            JsonNode llamaCpp = JSON.readTree(expected.get(i + 1));
            assertThat(sample.get("id")).isEqualTo(llamaCpp.get("id"));
            assertThat(sample.get("tokens")).isEqualTo(llamaCpp.get("tokens"));
            for (int choice = 0; choice < sample.get("tokens").size(); choice++) {
                assertThat(sample.get("log_likelihoods").get(choice).doubleValue())
                        .isCloseTo(llamaCpp.get("log_likelihoods").get(choice).doubleValue(), within(1e-4));
            }
            right += sample.get("acc").intValue();
        }
        JsonNode said = JSON.readTree(first);
        assertThat(said.get("scored").intValue()).isEqualTo(8);
        assertThat(said.get("acc").doubleValue()).isCloseTo(right / 8, within(1e-12));
        assertThat(said.get("weights_digest").textValue()).startsWith("sha256:");
    }

    /** By our own tokenizer: what is there with the choice and is not there without it. */
    private static void requireTokensOfChoices(List<List<String>> texts, List<String> samples) throws Exception {
        Tokenizer tokenizer = Checkpoint.tokenizer(Path.of("models/scrivener-1m"));
        for (int i = 0; i < texts.size(); i++) {
            String context = texts.get(i).getFirst();
            List<Integer> tokens = new ArrayList<>();
            for (String choice : texts.get(i).subList(1, 3)) {
                tokens.add(tokenizer.encode(context + choice).length - tokenizer.encode(context).length);
            }
            assertThat(JSON.readTree(samples.get(i)).get("tokens").toString())
                    .isEqualTo(tokens.toString().replace(" ", ""));
        }
    }

    private void run(Path report) throws Exception {
        String state = folder.resolve("state").toString();
        try (Launched command =
                Launched.start(folder, "eval", TASKS.toString(), "-o", report.toString(), "--state", state)) {
            int ended = command.waitFor();
            assertThat(ended).as(command.said()).isZero();
            assertThat(command.said()).contains("8 of 8 questions scored", "acc_norm");
        }
    }
}
