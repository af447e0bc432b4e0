package dev.scriptorium.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerFileTest {
    @TempDir
    Path folder;

    @Test
    void cutsOffALineThatAKilledProcessLeftHalfWritten() throws IOException {
        // Given
        Path file =
                Files.writeString(folder.resolve("completions.jsonl"), "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c");
        List<String> kept = new ArrayList<>();

        // When
        try (AnswerFile answers = AnswerFile.open(file, kept::add)) {
            answers.append("{\"id\":\"d\"}");
        }

        // Then
        assertThat(kept).containsExactly("{\"id\":\"a\"}", "{\"id\":\"b\"}");
        assertThat(Files.readString(file)).isEqualTo("{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"d\"}\n");
    }

    @Test
    void makesTheFoldersOnTheWay() throws IOException {
        // Given
        Path file = folder.resolve("out/today/completions.jsonl");

        // When
        try (AnswerFile answers = AnswerFile.open(file, line -> {})) {
            answers.append("{}");
        }

        // Then
        assertThat(Files.readString(file)).isEqualTo("{}\n");
    }

    @Test
    void refusesAFileThatAnotherRunIsWriting() {
        // Given
        Path file = folder.resolve("completions.jsonl");
        try (AnswerFile first = AnswerFile.open(file, line -> {})) {
            first.append("{}");

            // When / Then
            assertThatThrownBy(() -> AnswerFile.open(file, line -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("completions.jsonl")
                    .hasMessageContaining("another process");
        }
    }
}
