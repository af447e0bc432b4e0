package dev.scriptorium.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The image takes from the build what the build leaves: a Docker engine may be missing, the files may not. */
class ImageIT {
    @Test
    void imageTakesFromTheBuildWhatTheBuildLeaves() throws IOException {
        // When
        List<String> taken = DeployTest.instructions().stream()
                .filter(each -> each[0].equals("COPY") && each[1].startsWith("--from=build /src/"))
                .map(each -> each[1].split("\\s+", -1)[1].substring("/src/".length()))
                .toList();

        // Then
        assertThat(taken).containsExactly("target/lib", "target/scriptorium-*.jar");
        for (String source : taken) {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + source);
            try (Stream<Path> built = Files.list(Path.of("target"))) {
                assertThat(built.filter(matcher::matches)).as(source).hasSize(1);
            }
        }
    }
}
