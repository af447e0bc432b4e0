package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as its users see it: through OpenAI's own package, and killed in the middle. */
class GatewayIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCRIPTS = Path.of("src/test/resources/openai");

    @TempDir
    Path folder;

    @Test
    void openAisOwnPackageDoesAllOfItUnmodified() throws Exception {
        // Given
        Path work = openAiPackage();
        int port = freePort();
        try (Launched serve = serve(port)) {
            serve.until(() -> says(serve, "http://127.0.0.1:" + port));

            // When
            String said = node(work, "all.mjs", "http://127.0.0.1:" + port + "/v1", folder.toString());

            // Then
            JsonNode seen = JSON.readTree(said);
            assertThat(seen.path("file").path("same").asBoolean()).isTrue();
            assertThat(seen.path("batch").toString())
                    .isEqualTo("{\"status\":\"completed\",\"counts\":{\"total\":3,\"completed\":2,\"failed\":1},"
                            + "\"metadata\":{\"for\":\"a test\"}}");
            assertThat(seen.path("output").toString())
                    .isEqualTo("[[\"moon\",200,\"chat.completion\",true],[\"rain\",200,\"chat.completion\",true]]");
            assertThat(seen.path("errors").toString()).isEqualTo("[[\"cold\",400,\"temperature\"]]");
            assertThat(seen.path("failed").toString()).isEqualTo("[\"failed\",\"duplicate_custom_id\",2]");
            assertThat(seen.path("idempotent").asBoolean()).isTrue();
            assertThat(seen.path("listed").asInt()).isEqualTo(3);
            assertThat(seen.path("models").toString()).isEqualTo("[\"scrivener-1m\"]");
            assertThat(seen.path("whole").toString())
                    .contains("chat.completion")
                    .endsWith(",true]");
            assertThat(seen.path("streamed").toString()).isEqualTo("[true,true,true]");
            assertThat(seen.path("plain").toString()).isEqualTo("[\"text_completion\",true]");
            assertThat(seen.path("refused").toString())
                    .isEqualTo("[\"BadRequestError\",400,\"temperature\",\"invalid_value\"]");
            assertThat(seen.path("nowhere").toString()).isEqualTo("[\"NotFoundError\",404,\"model_not_found\"]");
            assertThat(seen.path("deleted").toString()).isEqualTo("[true,404]");
        }
    }

    @Test
    void aBatchExpiresAndIsCancelledAndAStreamComesInPieces() throws Exception {
        // Given
        Path work = openAiPackage();
        int port = freePort();
        try (Launched serve = serve(port)) {
            serve.until(() -> says(serve, "http://127.0.0.1:" + port));

            // When
            String said = node(work, "ends.mjs", "http://127.0.0.1:" + port + "/v1", folder.toString());

            // Then
            JsonNode seen = JSON.readTree(said);
            assertThat(seen.path("expired").toString()).isEqualTo("[\"expired\",[\"batch_expired\"],true]");
            assertThat(seen.path("cancelled").toString()).isEqualTo("[true,\"cancelled\",true]");
            assertThat(seen.path("pieces").asBoolean()).isTrue();
        }
    }

    @Test
    void aBatchGoesOnAfterTheGatewayAndEverythingElseIsKilled() throws Exception {
        // Given
        int port = freePort();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            lines.append(("{\"custom_id\": \"r%d\", \"method\": \"POST\", \"url\": \"/v1/completions\", \"body\":"
                            + " {\"model\": \"scrivener-1m\", \"prompt\": \"Once upon a time\", \"max_tokens\": 60}}\n")
                    .formatted(i));
        }
        String batch;
        try (Launched serve = serve(port)) {
            serve.until(() -> says(serve, "http://127.0.0.1:" + port));
            String file = upload(port, lines.toString());
            batch = post(
                            port,
                            "/v1/batches",
                            "{\"input_file_id\": \"%s\", \"endpoint\": \"/v1/completions\",".formatted(file)
                                    + " \"completion_window\": \"24h\"}")
                    .path("id")
                    .asText();
            serve.until(() -> completed(port, batch) >= 10);
            serve.kill();
        }

        // When
        try (Launched serve = serve(port)) {
            serve.until(() -> "completed"
                    .equals(get(port, "/v1/batches/" + batch).path("status").asText()));

            // Then
            JsonNode done = get(port, "/v1/batches/" + batch);
            assertThat(done.path("request_counts").toString())
                    .isEqualTo("{\"total\":120,\"completed\":120,\"failed\":0}");
            String output =
                    text(port, "/v1/files/" + done.path("output_file_id").asText() + "/content");
            assertThat(output.lines().map(GatewayIT::customId).distinct()).hasSize(120);
            assertThat(output.lines()).hasSize(120);
        }
    }

    @Test
    void aKeyOpensItsTenantsThingsAndNobodyElses() throws Exception {
        // Given
        int port = freePort();
        Path keys = folder.resolve("keys");
        Files.writeString(keys, "press press-key-0123456789\nnews news-key-0123456789\n");
        try (Launched serve = serve(port, "--keys", keys.toString())) {
            serve.until(() -> says(serve, "http://127.0.0.1:" + port));
            String body = "{\"model\": \"scrivener-1m\", \"prompt\": \"The moon is\", \"max_tokens\": 4}";

            // When
            HttpResponse<String> nobody = send(request(port, "/v1/completions").POST(BodyPublishers.ofString(body)));
            HttpResponse<String> press = send(request(port, "/v1/completions")
                    .header("Authorization", "Bearer press-key-0123456789")
                    .POST(BodyPublishers.ofString(body)));
            String id = press.headers().firstValue("x-request-id").orElseThrow();
            String path = "/dashboard/api/request?job=http&id=" + id;
            HttpResponse<String> own = send(request(port, path).header("Authorization", "Bearer press-key-0123456789"));
            HttpResponse<String> others =
                    send(request(port, path).header("Authorization", "Bearer news-key-0123456789"));

            // Then
            assertThat(nobody.statusCode()).isEqualTo(401);
            assertThat(nobody.body()).contains("\"type\":\"authentication_error\"", "Authorization: Bearer");
            assertThat(press.statusCode()).as(press.body()).isEqualTo(200);
            assertThat(press.body()).contains("\"tenant\":\"press\"");
            assertThat(own.statusCode()).as(own.body()).isEqualTo(200);
            assertThat(own.body()).contains("The moon is", "queue_ms", "weights_digest");
            assertThat(others.statusCode()).isEqualTo(404);
        }
    }

    private Launched serve(int httpPort, String... more) throws IOException {
        String[] arguments = new String[7 + more.length];
        List.of("serve", "--port", "0", "--http-port", String.valueOf(httpPort), "--state", folder + "/state")
                .toArray(arguments);
        System.arraycopy(more, 0, arguments, 7, more.length);
        return Launched.start(folder, Map.of(), arguments);
    }

    /** OpenAI's package, installed once under target; without npm or a registry the test is skipped. */
    private static Path openAiPackage() throws Exception {
        assumeTrue(isOnPath("node") && isOnPath("npm"), "needs node and npm, to run OpenAI's own package");
        Path work = Path.of("target/openai").toAbsolutePath();
        Files.createDirectories(work);
        for (String script : List.of("package.json", "all.mjs", "ends.mjs")) {
            Files.copy(
                    SCRIPTS.resolve(script), work.resolve(script), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Process npm = new ProcessBuilder("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent")
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("npm.log").toFile())
                .start();
        boolean installed = npm.waitFor(180, TimeUnit.SECONDS) && npm.exitValue() == 0;
        assumeTrue(installed, "needs the npm registry, to install OpenAI's own package: " + work.resolve("npm.log"));
        return work;
    }

    private static String node(Path work, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "node";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Path errors = work.resolve("node.log");
        Process node = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectError(errors.toFile())
                .start();
        String said = new String(node.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(Files.readString(errors)).isZero();
        return said;
    }

    private static String upload(int port, String lines) throws Exception {
        String body = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"stories.jsonl\"\r\n\r\n" + lines
                + "\r\n--b--\r\n";
        HttpResponse<String> answer = send(request(port, "/v1/files")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("id").asText();
    }

    private static JsonNode post(int port, String path, String body) throws Exception {
        HttpResponse<String> answer = send(
                request(port, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static JsonNode get(int port, String path) {
        try {
            return JSON.readTree(text(port, path));
        } catch (Exception e) {
            return JSON.nullNode();
        }
    }

    private static int completed(int port, String batch) {
        return get(port, "/v1/batches/" + batch)
                .path("request_counts")
                .path("completed")
                .asInt();
    }

    private static String text(int port, String path) throws Exception {
        return send(request(port, path)).body();
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static String customId(String line) {
        try {
            return JSON.readTree(line).path("custom_id").asText();
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static boolean says(Launched launched, String words) {
        try {
            return launched.said().contains(words);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOnPath(String program) {
        for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
