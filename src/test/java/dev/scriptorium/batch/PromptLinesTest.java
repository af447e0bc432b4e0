package dev.scriptorium.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptLinesTest {
    @TempDir
    Path folder;

    @Test
    void countsLinesAsEditorsDo() throws IOException {
        // Given
        Path file = write("first\n\n  \nfourth");

        // When
        List<PromptLines.Line> lines = read(file, 100);

        // Then
        assertThat(lines).extracting(PromptLines.Line::number).containsExactly(1L, 2L, 3L, 4L);
        assertThat(lines).extracting(PromptLines.Line::isBlank).containsExactly(false, true, true, false);
        assertThat(lines).extracting(PromptLines.Line::ended).containsExactly(true, true, true, false);
    }

    @Test
    void keepsOnlyTheBeginningOfALineThatIsTooLong() throws IOException {
        // Given
        Path file = write("x".repeat(1_000_000) + "\nnext\n");

        // When
        List<PromptLines.Line> lines = read(file, 10);

        // Then
        assertThat(lines.getFirst().value()).hasSize(11);
        assertThat(lines.getFirst().bytes()).isEqualTo(1_000_000);
        assertThat(new String(lines.get(1).value(), StandardCharsets.UTF_8)).isEqualTo("next");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("prompts.jsonl"), text);
    }

    private static List<PromptLines.Line> read(Path file, int lineBytesMax) throws IOException {
        List<PromptLines.Line> found = new ArrayList<>();
        try (PromptLines lines = new PromptLines(file, lineBytesMax)) {
            for (PromptLines.Line line = lines.next(); line != null; line = lines.next()) {
                found.add(line);
            }
        }
        return found;
    }
}
