package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.node.process.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the pages for people say to type is what the program takes; {@code DocCommandsIT} runs it. */
class DocCommandsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void everyCommandOfEveryPageIsUnderstood() throws IOException {
        // Given
        List<String> wrong = new ArrayList<>();
        int calls = 0;

        // When
        for (Path page : DocBlocks.pages()) {
            for (DocBlocks.Block block : DocBlocks.of(page)) {
                for (List<String> call : block.calls()) {
                    calls++;
                    try {
                        CommandLine program = Main.commandLine(new Shutdown(), InstantSource.system());
                        var unused = program.parseArgs(call.toArray(String[]::new));
                    } catch (CommandLine.ParameterException e) {
                        wrong.add(block + ": " + call + ": " + e.getMessage());
                    }
                }
            }
        }

        // Then
        assertThat(wrong).isEmpty();
        assertThat(calls).isGreaterThan(20);
    }

    @Test
    void blocksThatDoNotRunSayWhyAndMostRun() throws IOException {
        // Given
        List<DocBlocks.Block> all = new ArrayList<>();
        for (Path page : DocBlocks.pages()) {
            all.addAll(DocBlocks.of(page));
        }

        // When
        List<DocBlocks.Block> odd = all.stream()
                .filter(block -> !block.note().isEmpty()
                        && !block.isService()
                        && block.needs().isEmpty()
                        && block.exitCode() == 0
                        && !block.note().matches("parsed only, \\S.*"))
                .toList();

        // Then
        assertThat(odd).isEmpty();
        assertThat(all.stream().filter(block -> !block.isParsedOnly()).count())
                .isGreaterThan(
                        2 * all.stream().filter(DocBlocks.Block::isParsedOnly).count());
    }

    @Test
    void troubleshootingKnowsEveryErrorCodeInTheirOrder() throws IOException {
        // When
        List<String> headings = Files.readAllLines(Path.of("docs/troubleshooting.md")).stream()
                .filter(line -> line.startsWith("### `"))
                .toList();

        // Then
        assertThat(headings)
                .containsExactlyElementsOf(Arrays.stream(ErrorCode.values())
                        .map(code -> "### `" + code.code() + "`")
                        .toList());
    }

    @Test
    void everyFileThatTheGuidesLinkToIsThere() throws IOException {
        // Given
        List<String> missing = new ArrayList<>();

        // When
        for (Path page : DocBlocks.pages()) {
            var found = LINK.matcher(Files.readString(page));
            while (found.find()) {
                if (!Files.exists(page.resolveSibling(found.group(1)))) {
                    missing.add(page + " links to " + found.group(1));
                }
            }
        }

        // Then
        assertThat(missing).isEmpty();
    }
}
