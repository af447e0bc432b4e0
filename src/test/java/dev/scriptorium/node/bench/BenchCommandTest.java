package dev.scriptorium.node.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--sequences=0 | --sequences has 0; each must be 1 to 512",
                "--runs=0 | --runs is 0; must be 1 to 100",
                "--like=cosmo | --like is 'cosmo', but these shapes are known",
                "--weights=q9 | --weights is 'q9', but these types can be written"
            })
    void refusesWhatItCannotMeasureAndSaysWhatItCan(String argument, String message) {
        // Given
        CommandLine command = new CommandLine(new BenchCommand(new Shutdown(), InstantSource.system()));
        StringWriter errors = new StringWriter();
        command.setErr(new PrintWriter(errors, true));

        // When
        int exit = command.execute(argument);

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE.code());
        assertThat(errors.toString()).contains(message);
    }
}
