package dev.scriptorium.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image's second stage, done by hand where a Docker engine may be missing: what it takes from the build and from
 * the sources is copied as it says, and the program that lies there then runs.
 */
class ImageIT {
    /**
     * The copies of the second stage; those of the first go to ./ or keep their names, and Java has a place of its own.
     */
    private static final Pattern RUNTIME = Pattern.compile("scriptorium .*|topology .*|models .*|--from=build /src/.*");

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

    @Test
    void whatTheImageCopiesRunsOnItsOwn(@TempDir Path root) throws Exception {
        // Given
        Path home = root.resolve("opt/scriptorium");
        for (String[] each : DeployTest.instructions()) {
            boolean isProgram =
                    each[0].equals("COPY") && RUNTIME.matcher(each[1]).matches();
            if (isProgram) {
                copy(each[1], home);
            }
        }
        Path java = Path.of(System.getProperty("java.home"));

        // When
        String help = run(root, java, home.resolve("scriptorium").toString(), "--help");
        String dry = run(
                root,
                java,
                home.resolve("scriptorium").toString(),
                "run",
                Path.of("examples/prompts.jsonl").toAbsolutePath().toString(),
                "--output",
                "completions.jsonl",
                "--dry-run");

        // Then
        assertThat(help).contains("Usage: scriptorium", "serve", "gateway");
        assertThat(dry).contains("50 ");
        assertThat(home.resolve("target/lib")).isDirectory();
        assertThat(home.resolve(".git")).doesNotExist();
    }

    /**
     * As COPY does: the last word is the place, relative to the program's folder; ignored files are not in the context.
     */
    private static void copy(String words, Path home) throws IOException, InterruptedException {
        List<String> all = List.of(words.replace("--from=build ", "").split("\\s+", -1));
        List<String> ignored =
                DeployFiles.read("docker/Dockerfile.dockerignore").lines().toList();
        boolean isBuilt = words.startsWith("--from=build ");
        String place = all.getLast();
        for (String source : all.subList(0, all.size() - 1)) {
            if (!isBuilt) {
                assertThat(ignored)
                        .as(source + " must be in the build's context")
                        .doesNotContain(source);
            }
            Path target = home.resolve(place);
            Files.createDirectories(
                    place.endsWith("/") ? target : target.toAbsolutePath().getParent());
            boolean isFolder = Files.isDirectory(Path.of(source.replace("/src/", "")));
            String command = "cp -rL %s %s".formatted(source.replace("/src/", ""), target + (isFolder ? "" : "/"));
            Process process =
                    new ProcessBuilder("bash", "-c", command).inheritIO().start();
            assertThat(process.waitFor()).as(command).isZero();
        }
    }

    /** With nothing of this machine but the Java and what a small Debian has. */
    private static String run(Path folder, Path java, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", java.toString()));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
