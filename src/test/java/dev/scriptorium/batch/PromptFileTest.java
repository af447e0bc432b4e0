package dev.scriptorium.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of prompts says of itself. */
class PromptFileTest {
    @TempDir
    private Path folder;

    @Test
    void namesColumnsThatLookLikeRequestFieldsAndAreNotSent() throws IOException {
        // Given
        Path table = folder.resolve("table.csv");
        Files.writeString(table, "id,prompt,topic,max_tokens,temperature\n1,Once,moon,20,0.5\n");

        // When
        List<String> idle = PromptFile.of(table).idleFields();
        List<String> afterSet = new PromptFile(
                        table, PromptFile.Columns.DEFAULT, Map.of("max_tokens", "20", "temperature", "0"))
                .idleFields();

        // Then
        assertThat(idle).containsExactly("max_tokens", "temperature");
        assertThat(afterSet).isEmpty();
    }

    @Test
    void linesAndTablesThatCannotBeReadHaveNone() throws IOException {
        // Given
        Path lines = folder.resolve("lines.jsonl");
        Files.writeString(lines, "{\"prompt\":\"Once\",\"max_tokens\":20}\n");
        Path broken = folder.resolve("broken.parquet");
        Files.writeString(broken, "not parquet");

        // When
        List<String> ofLines = PromptFile.of(lines).idleFields();
        List<String> ofBroken = PromptFile.of(broken).idleFields();

        // Then
        assertThat(ofLines).isEmpty();
        assertThat(ofBroken).isEmpty();
    }
}
