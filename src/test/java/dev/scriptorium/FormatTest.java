package dev.scriptorium;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Formatting is an ordinary test, because the formatter must run on a JDK 25 and Maven itself may not. {@code mvn test
 * -Dtest=FormatTest -Dformat.apply=true} rewrites the files.
 */
class FormatTest {
    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(true)
            .build());

    @Test
    void everyFileIsFormatted() throws IOException {
        // Given
        List<Path> files;
        try (Stream<Path> walk = Files.walk(Path.of("src"))) {
            files = walk.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }

        // When
        List<Path> unformatted =
                files.parallelStream().filter(FormatTest::differs).toList();

        // Then
        assertThat(unformatted)
                .as("rewrite them with: mvn test -Dtest=FormatTest -Dformat.apply=true")
                .isEmpty();
    }

    private static boolean differs(Path file) {
        try {
            String before = Files.readString(file);
            String after = FORMATTER.formatSourceAndFixImports(before);
            if (before.equals(after)) {
                return false;
            }
            if (Boolean.getBoolean("format.apply")) {
                Files.writeString(file, after);
                return false;
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FormatterException e) {
            throw new IllegalStateException(file + " cannot be parsed", e);
        }
    }
}
