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

    @Test
    void eachChoiceIsScoredByTheTokensAfterItsContextAndTheSameCommandChangesNothing() throws Exception {
        // Given
        Path tasks = folder.resolve("tasks.jsonl");
        Files.writeString(tasks, """
            {"id": "arc", "question": "What is rain?", "choices": {"text": ["water that falls from clouds", "a drum"], \
            "label": ["A", "B"]}, "answerKey": "A"}
            {"id": "obqa", "question_stem": "Once upon a time there was a little", "choices": \
            {"text": ["fox", "quantum tensor"], "label": ["A", "B"]}, "answerKey": "A"}
            {"id": "plain", "context": "The moon moves around the ", "choices": ["earth", "spoon"], "answer": 0}
            """);
        List<List<String>> texts = List.of(
                List.of("Question: What is rain?\nAnswer:", " water that falls from clouds", " a drum"),
                List.of("Once upon a time there was a little", " fox", " quantum tensor"),
                List.of("The moon moves around the", "  earth", "  spoon"));
        Path report = folder.resolve("report.json");

        // When
        run(tasks, report);
        byte[] first = Files.readAllBytes(report);
        List<String> samples = Files.readAllLines(folder.resolve("report.json.samples.jsonl"));
        run(tasks, report);

        // Then
        assertThat(Files.readAllBytes(report)).isEqualTo(first);
        assertThat(Files.readAllLines(folder.resolve("report.json.samples.jsonl")))
                .isEqualTo(samples);
        Tokenizer tokenizer = Checkpoint.tokenizer(Path.of("models/scrivener-1m"));
        double right = 0;
        for (int i = 0; i < samples.size(); i++) {
            JsonNode sample = JSON.readTree(samples.get(i));
            String context = texts.get(i).getFirst();
            List<Integer> tokens = new ArrayList<>();
            for (String choice : texts.get(i).subList(1, 3)) {
                tokens.add(tokenizer.encode(context + choice).length - tokenizer.encode(context).length);
            }
            assertThat(sample.get("tokens").toString())
                    .isEqualTo(tokens.toString().replace(" ", ""));
            assertThat(sample.get("log_likelihoods").get(0).doubleValue()).isNegative();
            right += sample.get("acc").intValue();
        }
        JsonNode said = JSON.readTree(first);
        assertThat(said.get("scored").intValue()).isEqualTo(3);
        assertThat(said.get("acc").doubleValue()).isCloseTo(right / 3, within(1e-12));
        assertThat(said.get("weights_digest").textValue()).startsWith("sha256:");
    }

    private void run(Path tasks, Path report) throws Exception {
        String state = folder.resolve("state").toString();
        try (Launched command =
                Launched.start(folder, "eval", tasks.toString(), "-o", report.toString(), "--state", state)) {
            int ended = command.waitFor();
            assertThat(ended).as(command.said()).isZero();
            assertThat(command.said()).contains("3 of 3 questions scored", "acc_norm");
        }
    }
}
