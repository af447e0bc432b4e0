package dev.scriptorium.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.scriptorium.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What linters of others, from npm and Debian, say of {@code deploy/} and of the scripts. */
class LintIT {
    private static final Path SCRIPTS = Path.of("src/test/resources/lint");
    private static final Path WORK = Path.of("target/lint").toAbsolutePath();

    @TempDir
    private Path folder;

    private record Said(int status, String text) {}

    @BeforeAll
    static void copyScripts() throws Exception {
        Files.createDirectories(WORK);
        try (Stream<Path> scripts = Files.list(SCRIPTS)) {
            for (Path script : scripts.toList()) {
                Files.copy(script, WORK.resolve(script.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void installFromNpm() throws Exception {
        assumeTrue(
                Programs.isOnPath("node") && Programs.isOnPath("npm"), "needs node and npm, to run linters of others");
        if (!Files.isDirectory(WORK.resolve("node_modules/typescript"))) {
            Said npm = run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent");
            assumeTrue(npm.status() == 0, "needs the npm registry, to install linters: " + npm.text());
        }
    }

    @Test
    void kubernetesKnowsEveryFieldOfTheManifests() throws Exception {
        // Given
        installFromNpm();
        List<Path> manifests = manifests();

        // When
        Said compiled = compiled(manifests);

        // Then
        assertThat(compiled.text()).isEmpty();
        assertThat(compiled.status()).isZero();
    }

    @Test
    void aFieldThatIsMisspeltAndAValueOfAWrongTypeAreFound() throws Exception {
        // Given
        installFromNpm();
        Path wrong = folder.resolve("worker.yaml");
        String right = DeployFiles.read("kubernetes/worker.yaml");
        Files.writeString(
                wrong,
                right.replace("periodSeconds: 20", "periodSecnds: 20")
                        .replace("terminationGracePeriodSeconds: 120", "terminationGracePeriodSeconds: long"));

        // When
        Said compiled = compiled(List.of(wrong));

        // Then
        assertThat(compiled.text())
                .contains("'\"periodSecnds\"' does not exist", "Type 'string' is not assignable to type 'number'");
    }

    @Test
    void dockerComposesSchemaAndItsLinterTakeTheComposeFile() throws Exception {
        // Given
        installFromNpm();
        String file = DeployFiles.ROOT
                .resolve("compose/compose.yaml")
                .toAbsolutePath()
                .toString();

        // When
        Said said = run("node_modules/.bin/dclint", "--config", "compose.json", "--max-warnings", "0", file);

        // Then
        assertThat(said.text()).doesNotContain("error", "warning");
        assertThat(said.status()).isZero();
    }

    @Test
    void twoLintersTakeTheDockerfile() throws Exception {
        // Given
        installFromNpm();
        String file =
                DeployFiles.ROOT.resolve("docker/Dockerfile").toAbsolutePath().toString();

        // When
        Said language = run("node_modules/.bin/dockerfile-utils", "lint", file);
        Said practice = run("node_modules/.bin/dockerfilelint", file);

        // Then
        assertThat(language.text()).isEmpty();
        assertThat(practice.text()).contains("Issues: None found");
    }

    @Test
    void yamllintTakesEveryYamlFile() throws Exception {
        // Given
        assumeTrue(Programs.isOnPath("yamllint"), "needs yamllint");
        String deploy = DeployFiles.ROOT.toAbsolutePath().toString();
        String topology = Path.of("topology").toAbsolutePath().toString();

        // When
        Said said = run("yamllint", "--strict", "-c", "yamllint.yaml", deploy, topology);

        // Then
        assertThat(said.text()).isEmpty();
        assertThat(said.status()).isZero();
    }

    @Test
    void shellcheckTakesEveryScript() throws Exception {
        // Given
        assumeTrue(Programs.isOnPath("shellcheck"), "needs shellcheck");
        List<String> command = new ArrayList<>(List.of("shellcheck"));
        try (Stream<Path> bench = Files.walk(Path.of("src/bench"))) {
            Stream.concat(Stream.of(Path.of("scriptorium"), Path.of(".ci/run")), bench.filter(LintIT::isShell))
                    .forEach(script -> command.add(script.toAbsolutePath().toString()));
        }

        // When
        Said said = run(command.toArray(String[]::new));

        // Then
        assertThat(said.text()).isEmpty();
        assertThat(said.status()).isZero();
        assertThat(command).hasSizeGreaterThan(5);
    }

    private static boolean isShell(Path file) {
        try {
            return Files.isRegularFile(file) && Files.readString(file).startsWith("#!/usr/bin/env bash");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(DeployFiles.ROOT.resolve("kubernetes"))) {
            return files.filter(file -> !file.endsWith("kustomization.yaml"))
                    .map(Path::toAbsolutePath)
                    .sorted()
                    .toList();
        }
    }

    /** What TypeScript's compiler says of manifests, with the types that Kubernetes' own schemas were made into. */
    private static Said compiled(List<Path> manifests) throws Exception {
        List<String> command = new ArrayList<>(List.of("node", "manifests.mjs", "manifests.mts"));
        manifests.forEach(file -> command.add(file.toString()));
        Said written = run(command.toArray(String[]::new));
        assertThat(written.status()).as(written.text()).isZero();
        if (manifests.size() > 1) {
            assertThat(written.text())
                    .isEqualToIgnoringNewLines("{\"written\":11,\"untyped\":[\"kafka.strimzi.io/v1\"]}");
        }
        return run(
                "node_modules/.bin/tsc",
                "--noEmit",
                "--strict",
                "--skipLibCheck",
                "--module",
                "nodenext",
                "--target",
                "es2022",
                "manifests.mts");
    }

    private static Said run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(Files.isDirectory(WORK) ? WORK.toFile() : null)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Said(process.waitFor(), text);
        } catch (IOException e) {
            return new Said(-1, String.valueOf(e.getMessage()));
        }
    }
}
