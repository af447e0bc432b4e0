package dev.scriptorium.dataset.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
    @TempDir
    private Path folder;

    @Test
    void normalizedAccuracyDividesByCharactersAndBytesByBytes() {
        // Given: 3 characters and 3 bytes, 9 and 9, 4 and 8
        MultipleChoice question = new MultipleChoice("1", "The sky is", List.of("red", "deep blue", "çéàü"), 1);

        // When
        MultipleChoice.Taken taken = question.taken(new double[] {-3.0, -6.3, -3.2});

        // Then: -3 > -3.2 > -6.3; a character -1, -0.7, -0.8; a byte -1, -0.7, -0.4
        assertThat(taken).isEqualTo(new MultipleChoice.Taken(0, 1, 2));
    }

    @Test
    void ofEqualChoicesTheFirstIsTaken() {
        // Given
        MultipleChoice question = new MultipleChoice("1", "Two and two are", List.of("four", "five", "nine"), 0);

        // When
        MultipleChoice.Taken taken = question.taken(new double[] {-2, -1, -1});

        // Then
        assertThat(taken).isEqualTo(new MultipleChoice.Taken(1, 1, 1));
    }

    @Test
    void theStandardErrorIsThatOfASample() {
        // When: 1 1 1 0 of mean 0.75, with a sample's deviation of 0.5
        Accuracy accuracy = Accuracy.of(3, 4);

        // Then
        assertThat(accuracy.value()).isEqualTo(0.75);
        assertThat(accuracy.stderr()).isCloseTo(0.25, within(1e-12));
        assertThat(Accuracy.of(0, 0)).isEqualTo(new Accuracy(0, 0));
        assertThat(Accuracy.of(1, 1)).isEqualTo(new Accuracy(1, 0));
    }

    @Test
    void questionsAreAskedAsTheHarnessAsksThem() throws IOException {
        // Given
        Path file = folder.resolve("tasks.jsonl");
        Files.writeString(file, """
            {"id": "arc-hub", "question": "What is ice?", "choices": {"text": ["water", "sand"], \
            "label": ["A", "B"]}, "answerKey": "A"}
            {"id": "arc-ai2", "question": {"stem": "What burns?", "choices": [{"text": "wood", "label": "1"}, \
            {"text": "stone", "label": "2"}]}, "answerKey": "1"}
            {"id": "obqa", "question_stem": "The sun is responsible for", "choices": \
            {"text": ["puppies", "plants growing"], "label": ["A", "B"]}, "answerKey": " B"}
            {"context": "Rain falls from the ", "choices": ["sky", "floor", "shoe"], "answer": 0}
            """);

        // When
        List<MultipleChoice> questions = TaskFile.read(file);

        // Then
        assertThat(questions)
                .containsExactly(
                        new MultipleChoice("arc-hub", "Question: What is ice?\nAnswer:", List.of("water", "sand"), 0),
                        new MultipleChoice("arc-ai2", "Question: What burns?\nAnswer:", List.of("wood", "stone"), 0),
                        new MultipleChoice(
                                "obqa", "The sun is responsible for", List.of("puppies", "plants growing"), 1),
                        new MultipleChoice("line-4", "Rain falls from the ", List.of("sky", "floor", "shoe"), 0));
        assertThat(questions.get(0).text(1)).isEqualTo("Question: What is ice?\nAnswer: sand");
        assertThat(questions.get(3).text(0)).isEqualTo("Rain falls from the  sky");
        assertThat(questions.get(3).scoredAfter()).isEqualTo("Rain falls from the");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sentence\": \"x\"}",
                "{\"question\": \"x\", \"choices\": {\"text\": [\"a\", \"b\"], \"label\": [\"A\", \"B\"]},"
                        + " \"answerKey\": \"C\"}",
                "{\"context\": \"x\", \"choices\": [\"a\", \"b\"], \"answer\": 2}",
                "{\"context\": \"x\", \"choices\": [\"a\"], \"answer\": 0}",
                "{\"context\": \"x\", \"choices\": [\"a\", \"\"], \"answer\": 0}",
                "{\"context\": \"x\", \"choices\": [\"a\", 2], \"answer\": 0}",
                "{\"context\": \"x\", \"choices\": [\"a\", \"b\"], \"answer\": \"0\"}"
            })
    void whatIsNoQuestionIsNamedWithItsLine(String line) throws IOException {
        // Given
        Path file = folder.resolve("tasks.jsonl");
        Files.writeString(file, "{\"context\": \"x\", \"choices\": [\"a\", \"b\"], \"answer\": 0}\n" + line + "\n");

        // When
        // Then
        assertThatThrownBy(() -> TaskFile.read(file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(file + ":2: ");
    }
}
