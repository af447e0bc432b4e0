package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.Programs;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The gateway as its users see it: through OpenAI's own package, and killed in the middle. One program serves all tests
 * but for the one that kills it and starts it anew; each test has a tenant of its own, and so sees nothing of the
 * others.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayIT {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCRIPTS = Path.of("src/test/resources/openai");

    private final int port;
    private final Path folder;
    private Launched serve;

    GatewayIT() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "gateway");
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
    }

    @BeforeAll
    void startTheProgram() throws Exception {
        Files.writeString(folder.resolve("keys"), """
            everything everything-key-0123456789
            ends ends-key-0123456789
            killed killed-key-0123456789
            news news-key-0123456789
            """);
        String pipeline = Files.readString(Path.of("topology/pipeline.yaml"));
        String keys = "\ngateway:\n  tenants:\n    press: {keys: 'sha256:%s'}\n";
        Files.writeString(folder.resolve("pipeline.yaml"), pipeline + keys.formatted(sha256(key("press"))));
        serve = serve();
    }

    @AfterAll
    void stopTheProgram() {
        serve.close();
    }

    @Test
    void openAisOwnPackageDoesAllOfItUnmodified() throws Exception {
        // Given
        Path work = openAiPackage();

        // When
        String said = node(work, "everything", "all.mjs", base() + "/v1", folder.toString());

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
        assertThat(seen.path("whole").toString()).contains("chat.completion").endsWith(",true]");
        assertThat(seen.path("streamed").toString()).isEqualTo("[true,true,true]");
        assertThat(seen.path("plain").toString()).isEqualTo("[\"text_completion\",true]");
        assertThat(seen.path("refused").toString())
                .isEqualTo("[\"BadRequestError\",400,\"temperature\",\"invalid_value\"]");
        assertThat(seen.path("nowhere").toString()).isEqualTo("[\"NotFoundError\",404,\"model_not_found\"]");
        assertThat(seen.path("deleted").toString()).isEqualTo("[true,404]");
    }

    @Test
    void aBatchExpiresAndIsCancelledAndAStreamComesInPieces() throws Exception {
        // Given
        Path work = openAiPackage();

        // When
        String said = node(work, "ends", "ends.mjs", base() + "/v1", folder.toString());

        // Then
        JsonNode seen = JSON.readTree(said);
        assertThat(seen.path("expired").toString()).isEqualTo("[\"expired\",[\"batch_expired\"],true]");
        assertThat(seen.path("cancelled").toString()).isEqualTo("[true,\"cancelled\",true]");
        assertThat(seen.path("pieces").asBoolean()).isTrue();
    }

    @Test
    void aBatchGoesOnAfterTheGatewayAndEverythingElseIsKilled() throws Exception {
        // Given
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            lines.append(("{\"custom_id\": \"r%d\", \"method\": \"POST\", \"url\": \"/v1/completions\", \"body\":"
                            + " {\"model\": \"scrivener-1m\", \"prompt\": \"Once upon a time\", \"max_tokens\": 40}}\n")
                    .formatted(i));
        }
        String file = upload(lines.toString());
        String create =
                "{\"input_file_id\": \"%s\", \"endpoint\": \"/v1/completions\", \"completion_window\": \"24h\"}";
        String batch = post("/v1/batches", create.formatted(file)).path("id").asText();
        serve.until(() -> completed(batch) >= 5);
        serve.kill();

        // When
        serve = serve();
        serve.until(() ->
                "completed".equals(get("/v1/batches/" + batch).path("status").asText()));

        // Then
        JsonNode done = get("/v1/batches/" + batch);
        assertThat(done.path("request_counts").toString()).isEqualTo("{\"total\":60,\"completed\":60,\"failed\":0}");
        String output = text("/v1/files/" + done.path("output_file_id").asText() + "/content");
        assertThat(output.lines().map(GatewayIT::customId).distinct()).hasSize(60);
        assertThat(output.lines()).hasSize(60);
    }

    @Test
    void aKeyOpensItsTenantsThingsAndNobodyElsesWhereverItIsDeclared() throws Exception {
        // Given
        String body = "{\"model\": \"scrivener-1m\", \"prompt\": \"The moon is\", \"max_tokens\": 4}";

        // When
        HttpResponse<String> nobody = send(
                HttpRequest.newBuilder(URI.create(base() + "/v1/completions")).POST(BodyPublishers.ofString(body)));
        HttpResponse<String> press = send(
                request("press", "/v1/completions").header("traceparent", TRACE).POST(BodyPublishers.ofString(body)));
        String id = press.headers().firstValue("x-request-id").orElseThrow();
        String path = "/dashboard/api/request?job=http&id=" + id;
        HttpResponse<String> own = send(request("press", path));
        HttpResponse<String> others = send(request("news", path));
        String metrics = send(request("press", "/metrics")).body();

        // Then
        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.body()).contains("\"type\":\"authentication_error\"", "Authorization: Bearer");
        assertThat(press.statusCode()).as(press.body()).isEqualTo(200);
        assertThat(press.body()).contains("\"tenant\":\"press\"");
        assertThat(own.statusCode()).as(own.body()).isEqualTo(200);
        assertThat(own.body()).contains("The moon is", "queue_ms", "weights_digest", TRACE);
        assertThat(metrics)
                .contains("scriptorium_client_operation_duration_seconds_count{operation=\"text_completion\"} ")
                .contains("{method=\"POST\",route=\"/v1/completions\",status=\"401\"}")
                .contains("{method=\"GET\",route=\"/dashboard/api/request\",status=\"404\"}");
        assertThat(others.statusCode()).isEqualTo(404);
    }

    private Launched serve() throws Exception {
        Launched started = Launched.start(
                folder,
                Map.of(),
                "serve",
                "--port",
                "0",
                "--http-port",
                String.valueOf(port),
                "--state",
                folder.resolve("state").toString(),
                "--pipeline",
                folder.resolve("pipeline.yaml").toString(),
                "--keys",
                folder.resolve("keys").toString());
        started.until(() -> says(started, base()));
        return started;
    }

    private String base() {
        return "http://127.0.0.1:" + port;
    }

    private static String key(String tenant) {
        return tenant + "-key-0123456789";
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** OpenAI's package, installed once under target; without npm or a registry the test is skipped. */
    private static Path openAiPackage() throws Exception {
        assumeTrue(
                Programs.isOnPath("node") && Programs.isOnPath("npm"),
                "needs node and npm, to run OpenAI's own package");
        Path work = Path.of("target/openai").toAbsolutePath();
        Files.createDirectories(work);
        for (String script : List.of("package.json", "all.mjs", "ends.mjs")) {
            Files.copy(
                    SCRIPTS.resolve(script), work.resolve(script), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.isDirectory(work.resolve("node_modules/openai"))) {
            return work;
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

    private static String node(Path work, String tenant, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "node";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Path errors = work.resolve(tenant + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(work.toFile()).redirectError(errors.toFile());
        builder.environment().put("KEY", key(tenant));
        Process node = builder.start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(Files.readString(errors)).isZero();
        return said;
    }

    private String upload(String lines) throws Exception {
        String body = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"stories.jsonl\"\r\n\r\n" + lines
                + "\r\n--b--\r\n";
        HttpResponse<String> answer = send(request("killed", "/v1/files")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("id").asText();
    }

    private JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> answer = send(request("killed", path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private JsonNode get(String path) {
        try {
            return JSON.readTree(text(path));
        } catch (Exception e) {
            return JSON.nullNode();
        }
    }

    private int completed(String batch) {
        return get("/v1/batches/" + batch)
                .path("request_counts")
                .path("completed")
                .asInt();
    }

    private String text(String path) throws Exception {
        return send(request("killed", path)).body();
    }

    private HttpRequest.Builder request(String tenant, String path) {
        return HttpRequest.newBuilder(URI.create(base() + path)).header("Authorization", "Bearer " + key(tenant));
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
}
