package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Programs;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what the pages for people say to type, page by page, each in a folder of its own. */
@Tag("chaos")
class DocCommandsIT {
    private static final Logger LOG = LoggerFactory.getLogger(DocCommandsIT.class);
    private static final int BLOCK_SECONDS_MAX = 240;

    static Stream<Path> pages() throws IOException {
        return DocBlocks.pages().stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandOfThePageDoesWhatItSays(Path page) throws Exception {
        // Given
        Path folder = folder(page);
        Ports ports = new Ports(freePort(), freePort());
        Deque<Process> services = new ArrayDeque<>();

        // When
        try {
            for (DocBlocks.Block block : DocBlocks.of(page)) {
                if (block.isParsedOnly() || !block.needs().isEmpty() && !Programs.isOnPath(block.needs())) {
                    LOG.info("{} is not run: {}", block, block.note());
                } else if (block.isService()) {
                    services.push(serve(block, folder, ports));
                } else {
                    // Then
                    run(block, folder, ports);
                }
            }
        } finally {
            services.forEach(DocCommandsIT::stop);
        }
    }

    private record Ports(int kafka, int http) {
        /** The usual ports may be taken on this machine. */
        String in(String text) {
            return text.replace("localhost:9092", "localhost:" + kafka).replace("localhost:8080", "localhost:" + http);
        }
    }

    /** With what lies in the repository's root, and nothing else. */
    private static Path folder(Path page) throws IOException {
        Path parent = Files.createDirectories(Path.of("target/docs").toAbsolutePath());
        Path folder = Files.createTempDirectory(parent, page.getFileName() + "-");
        for (String name : List.of("examples", "models", "schemas", "topology", "docs", "deploy")) {
            Files.createSymbolicLink(folder.resolve(name), Path.of(name).toAbsolutePath());
        }
        String launcher = "#!/bin/sh\nexec '" + Path.of("scriptorium").toAbsolutePath() + "' \"$@\"\n";
        Files.writeString(folder.resolve("scriptorium"), launcher);
        Files.setPosixFilePermissions(folder.resolve("scriptorium"), PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    private static void run(DocBlocks.Block block, Path folder, Ports ports) throws Exception {
        Path said = folder.resolve("line-" + block.line() + ".log");
        Process process = start(block, ports.in(block.text()), folder, said);
        boolean ended = process.waitFor(BLOCK_SECONDS_MAX, TimeUnit.SECONDS);
        if (!ended) {
            stop(process);
        }
        assertThat(ended)
                .as(block + " did not end; it said:\n" + Files.readString(said))
                .isTrue();
        assertThat(process.exitValue())
                .as(block + " said:\n" + Files.readString(said))
                .isEqualTo(block.exitCode());
    }

    private static Process serve(DocBlocks.Block block, Path folder, Ports ports) throws Exception {
        String more = " --port " + ports.kafka() + " --http-port " + ports.http() + " --state service\n";
        Path said = folder.resolve("service.log");
        Process process = start(block, "exec " + block.text().strip() + more, folder, said);
        String sign = block.note().substring(block.note().indexOf("until ") + "until ".length());
        for (int turns = 0; !Files.readString(said).contains(sign); turns++) {
            boolean over = process.waitFor(100, TimeUnit.MILLISECONDS) || turns > 10 * BLOCK_SECONDS_MAX;
            assertThat(over)
                    .as(block + " did not get ready; it said:\n" + Files.readString(said))
                    .isFalse();
        }
        return process;
    }

    private static Process start(DocBlocks.Block block, String text, Path folder, Path said) throws IOException {
        Path script = folder.resolve("line-" + block.line() + ".sh");
        Files.writeString(script, text, StandardCharsets.UTF_8);
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", script.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("SCRIPTORIUM_JAVA_OPTIONS", "-Xmx1g");
        return builder.start();
    }

    private static void stop(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
