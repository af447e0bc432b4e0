package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.scriptorium.Programs;
import dev.scriptorium.topology.contract.AsyncApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The AsyncAPI document before AsyncAPI's own tools. */
class AsyncApiIT {
    /** AsyncAPI's own parser, with its plug-in for Avro. */
    @Test
    void parserOfAsyncApiFindsNothingWrong() throws Exception {
        // Given
        assumeTrue(
                Programs.isOnPath("node") && Programs.isOnPath("npm"),
                "needs node and npm, to run AsyncAPI's own parser");
        Path work = Path.of("target/asyncapi").toAbsolutePath();
        Files.createDirectories(work.resolve("topology"));
        Files.createDirectories(work.resolve("schemas"));
        try (var schemas = Files.newDirectoryStream(Path.of("schemas"), "*.avsc")) {
            for (Path schema : schemas) {
                Files.write(
                        work.resolve("schemas").resolve(String.valueOf(schema.getFileName())),
                        Files.readAllBytes(schema));
            }
        }
        for (String file : List.of("package.json", "check.mjs")) {
            Files.write(work.resolve(file), Files.readAllBytes(Path.of("src/test/resources/asyncapi", file)));
        }
        Files.writeString(work.resolve("topology/shipped.yaml"), AsyncApi.of(Pipelines.shipped()));
        Files.writeString(work.resolve("topology/replies.yaml"), AsyncApi.of(Pipelines.read(AsyncApiTest.PIPELINE)));
        Files.writeString(
                work.resolve("topology/registered.yaml"), AsyncApi.of(Pipelines.read(AsyncApiTest.REGISTERED)));
        if (!Files.isDirectory(work.resolve("node_modules/@asyncapi/parser"))) {
            boolean installed =
                    run(work, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent") == 0;
            assumeTrue(installed, "needs the npm registry, to install @asyncapi/parser");
        }

        // When
        int code = run(
                work,
                "node",
                "check.mjs",
                "topology/shipped.yaml",
                "topology/replies.yaml",
                "topology/registered.yaml");

        // Then
        assertThat(code).as(Files.readString(work.resolve("said.log"))).isZero();
    }

    private static int run(Path work, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("said.log").toFile())
                .start();
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            Files.writeString(work.resolve("said.log"), "it did not end", StandardCharsets.UTF_8);
            return 1;
        }
        return process.exitValue();
    }
}
