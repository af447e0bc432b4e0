package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.scriptorium.Programs;
import dev.scriptorium.node.process.ExitCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `scriptorium serve`, talked to by a Kafka client that nobody here wrote. */
class ServeIT {
    @TempDir
    Path folder;

    @Test
    void kcatProducesAPromptAndReadsItsCompletion() throws Exception {
        // Given
        assumeTrue(Programs.isOnPath("kcat"), "needs kcat (apt install kcat), a Kafka client that nobody here wrote");
        String server = "127.0.0.1:" + freePort();
        try (Launched serve = serve(server)) {
            serve.until(() -> says(serve, "ready"));
            String prompt = "{\"prompt\": \"The moon is\", \"max_tokens\": 12, \"temperature\": 0}\n";

            // When
            kcat(prompt, "-P", "-b", server, "-t", "prompts", "-k", "from-kcat");
            String completion =
                    kcat("", "-C", "-b", server, "-t", "completions", "-o", "beginning", "-c", "1", "-f", "%k %s");

            // Then
            assertThat(completion).startsWith("from-kcat {").contains("the nearest neighbor of the Earth");
        }
    }

    @Test
    void stopsCleanlyWhenAsked() throws Exception {
        // Given
        int code;
        try (Launched serve = serve("127.0.0.1:" + freePort())) {
            serve.until(() -> says(serve, "ready"));

            // When
            serve.interrupt();
            code = serve.waitFor();
        }

        // Then
        assertThat(code).isEqualTo(ExitCode.OK.code());
    }

    private Launched serve(String server) throws IOException {
        String port = server.substring(server.indexOf(':') + 1);
        return Launched.start(
                folder,
                "serve",
                "--port",
                port,
                "--state",
                folder.resolve("state").toString());
    }

    private static boolean says(Launched serve, String words) {
        try {
            return serve.said().contains(words);
        } catch (IOException e) {
            return false;
        }
    }

    private static String kcat(String input, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "kcat";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process kcat = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = kcat.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(kcat.waitFor(4, TimeUnit.MINUTES)).as("kcat ended").isTrue();
        return new String(kcat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
