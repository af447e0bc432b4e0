package dev.scriptorium.node.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TokenizeCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... arguments) {
        TokenizeCommand command = new TokenizeCommand(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new CommandLine(command)
                .setErr(new java.io.PrintWriter(err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((problem, line, parsed) -> {
                    line.getErr().println(problem.getMessage());
                    return 1;
                })
                .execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models/scrivener-1m",
                "models/scrivener-1m/tokenizer.json",
                "models/scrivener-1m/gguf/scrivener-1m-q8_0.gguf"
            })
    void linesBecomeIdsAndPieces(String path) {
        // When
        int code = run("The moon\n\n</s>\n", path);

        // Then
        assertThat(code).isZero();
        String[] lines = out.toString(StandardCharsets.UTF_8).split("\n", -1);
        assertThat(lines[0]).matches("\\d+:▁The( \\d+:\\S+)+");
        assertThat(lines[1]).isEmpty();
        assertThat(lines[2]).doesNotContain(":</s>");
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("1,024 tokens; prompts ");
    }

    @Test
    void jsonLinesMayHoldLineEndsAndControlTokensCountWhereAskedFor() {
        // When
        int code = run("{\"text\": \"a\\nb</s>\"}\n", "--json", "--special-tokens", "models/scrivener-1m");

        // Then
        assertThat(code).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"ids\":[")
                .contains("\"<0x0A>\"")
                .contains("\"</s>\"]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"text\": 1}", "{\"txt\": \"a\"}"})
    void whatIsNoTextIsNamedWithItsLine(String line) {
        // When
        int code = run("{\"text\": \"a\"}\n" + line + "\n", "--json", "models/scrivener-1m");

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("standard input:2: ");
    }

    @Test
    void whatIsNotThereIsNamed() {
        // When
        int code = run("a\n", "no/such/model");

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no/such/model: does not exist");
    }
}
