package dev.scriptorium.node.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.PipelineOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file would come to, against the shipped pipeline and its model; nothing runs. */
class DryRunReportTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void countsTheTokensOfGoodLinesAndNamesTheBadOnes() throws Exception {
        // Given
        Path input = write(
                "{\"id\": \"a\", \"prompt\": \"The moon is\", \"max_tokens\": 10}",
                "",
                "{\"id\": \"b\", \"messages\": [{\"role\": \"user\", \"content\": \"What is rain?\"}], \"max_tokens\":"
                        + " 5}",
                "{\"id\": \"c\", \"prompt\": \"x\", \"temprature\": 1}",
                "{\"id\": \"a\", \"prompt\": \"again\"}",
                "{\"id\": \"d\", \"prompt\": \"x\", \"model\": \"scrivner-1m\"}",
                "{\"id\": \"e\", \"prompt\": \"" + "moon ".repeat(2_000) + "\"}",
                "not JSON");

        // When
        ExitCode code = run(input, false);

        // Then
        assertThat(code).isEqualTo(ExitCode.SOME_REJECTED);
        List<String> said = err.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(said.get(0)).startsWith("mixed.jsonl:4: ").contains("temprature", "Did you mean 'temperature'?");
        assertThat(said.get(1)).startsWith("mixed.jsonl:5: ").contains("used on line 1 already");
        assertThat(said.get(2)).startsWith("mixed.jsonl:6: ").contains("Did you mean 'scrivener-1m'?");
        assertThat(said.get(3)).startsWith("mixed.jsonl:7: ").contains("tokens, but the context of model");
        assertThat(said.get(4)).startsWith("mixed.jsonl:8: ").contains("not JSON");
        assertThat(said.get(5))
                .startsWith("dry run: 7 requests, 5 would be rejected")
                .contains("at most 15 completion");
        assertThat(said.get(6)).isEqualTo("nothing was sent");
        assertThat(out.size()).isZero();
    }

    @Test
    void totalsAreForScriptsTooAndAGoodFileEndsWithZero() throws Exception {
        // Given
        Path input = write("{\"id\": \"a\", \"prompt\": \"The moon is\", \"max_tokens\": 10, \"n\": 2}");

        // When
        ExitCode code = run(input, true);

        // Then
        assertThat(code).isEqualTo(ExitCode.OK);
        assertThat(out.toString(StandardCharsets.UTF_8).strip())
                .matches("\\{\"job\":\"mixed\",\"dry_run\":true,\"requests\":1,\"rejected\":0,\"prompt_tokens\":[1-9],"
                        + "\"completion_tokens_max\":20,\"finished\":true}");
        assertThat(err.size()).isZero();
    }

    private Path write(String... lines) throws Exception {
        return Files.write(folder.resolve("mixed.jsonl"), List.of(lines));
    }

    private ExitCode run(Path file, boolean json) {
        InputOptions input = new InputOptions();
        input.path = file;
        PipelineOptions options = new PipelineOptions();
        PrintStream written = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream said = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new DryRunReport(written, said, json, false)
                .of(input, options.load(), options, new Shutdown(), InstantSource.system());
    }
}
