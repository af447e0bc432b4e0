package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.node.process.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people write is theirs: it stands on topics and in files, and in no log. */
class PayloadsIT {
    private static final String SECRET = "xylophone-marmalade";

    @TempDir
    Path folder;

    @Test
    void promptsAndTextsStayOutOfLogsEvenOfChattyOnes() throws Exception {
        // Given
        Path input = Files.write(
                folder.resolve("prompts.jsonl"),
                List.of(
                        "{\"id\": \"good\", \"prompt\": \"%1$s\", \"metadata\": {\"note\": \"%1$s\"}}"
                                .formatted(SECRET),
                        "{\"id\": \"chat\", \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
                                .formatted(SECRET),
                        "{\"id\": \"stop\", \"prompt\": \"a\", \"stop\": [\"%s\"]}".formatted(SECRET),
                        "{\"id\": \"wrong\", \"prompt\": \"a\", \"temperature\": \"%s\"}".formatted(SECRET),
                        "{\"id\": \"unknown\", \"prompt\": \"a\", \"%s\": 1}".formatted(SECRET),
                        "{\"id\": \"broken\", \"prompt\": \"%s".formatted(SECRET),
                        "{\"id\": \"poison\", \"prompt\": \"poison %s\"}".formatted(SECRET),
                        "{\"id\": \"nan\", \"prompt\": \"curse %s\"}".formatted(SECRET)));
        Path output = folder.resolve("completions.jsonl");
        Map<String, String> chatty = Map.of("SCRIPTORIUM_LOG_LEVEL", "DEBUG", "KAFKA_LOG_LEVEL", "INFO");

        // When
        String said;
        try (Launched run = Launched.start(
                folder,
                chatty,
                "run",
                input.toString(),
                "--output",
                output.toString(),
                "--model",
                "dummy:throw_on=poison,nan_on=curse",
                "--state",
                folder.resolve("state").toString())) {
            assertThat(run.waitFor()).as(run.said()).isEqualTo(ExitCode.SOME_REJECTED.code());
            said = run.said();
        }

        // Then
        assertThat(Files.readString(output)).contains("\"good\"", "\"chat\"", "\"stop\"");
        assertThat(said).contains("DEBUG", "INFO").doesNotContain(SECRET);
    }
}
