package dev.scriptorium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages for people name must be there. */
class ReadmeTest {
    private static final List<Path> PAGES =
            List.of(Path.of("README.md"), Path.of("ARCHITECTURE.md"), Path.of("CONTRIBUTING.md"));
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void everyTestThatShowsAPromiseExists() throws IOException {
        // Given
        List<String> named = new ArrayList<>();
        List<String> missing = new ArrayList<>();

        // When
        for (Path page : PAGES) {
            Matcher found = TEST.matcher(Files.readString(page));
            while (found.find()) {
                named.add(found.group());
                if (!isTest(found.group(1), found.group(2))) {
                    missing.add(found.group());
                }
            }
        }

        // Then
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(missing).isEmpty();
    }

    @Test
    void everyLinkedFileExists() throws IOException {
        // Given
        List<String> missing = new ArrayList<>();

        // When
        for (Path page : PAGES) {
            Matcher found = LINK.matcher(Files.readString(page));
            while (found.find()) {
                if (!Files.exists(Path.of(found.group(1)))) {
                    missing.add(page + " links to " + found.group(1));
                }
            }
        }

        // Then
        assertThat(missing).isEmpty();
    }

    private static boolean isTest(String className, String method) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            Path source = files.filter(file -> file.endsWith(className + ".java"))
                    .findFirst()
                    .orElse(null);
            return source != null && Files.readString(source).contains("void " + method + "(");
        }
    }
}
