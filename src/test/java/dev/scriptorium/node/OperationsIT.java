package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.broker.EmbeddedKafka;
import dev.scriptorium.metrics.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of real processes: metrics, health, traces, logs. */
class OperationsIT {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String SECRET = "the butler did it";
    private static final Pattern ADDRESS = Pattern.compile("metrics and health at (http://[0-9.:]+)");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void everythingInOneProcessIsMeasuredTracedAndLogged() throws Exception {
        // Given
        String server = "127.0.0.1:" + freePort();
        int gateway = freePort();
        try (Launched serve = start(
                "serve",
                "--model",
                "dummy:throw_on=poison",
                "--port",
                server.substring(server.indexOf(':') + 1),
                "--http-port",
                Integer.toString(gateway),
                "--metrics-port",
                "0",
                "--log-format",
                "json")) {
            String metrics = addressOf(serve);
            serve.until(() -> status(metrics + "/health/ready") == 200);

            // When
            send(server, "good", "{\"prompt\": \"Once\", \"max_tokens\": 5}");
            send(server, "bad", "{\"prompt\": \"poison, and " + SECRET + "\", \"max_tokens\": 5}");
            Map<String, @Nullable String> completions = tracesOn(server, "completions");
            Map<String, @Nullable String> rejections = tracesOn(server, "rejections");

            // Then
            assertThat(completions).containsExactly(Map.entry("good", TRACE));
            assertThat(rejections).containsExactly(Map.entry("bad", TRACE));
            String scraped = body("http://127.0.0.1:" + gateway + "/metrics");
            assertThat(scraped)
                    .contains("scriptorium_request_success_total{finished_reason=\"length\"} 1.0")
                    .contains("scriptorium_rejections_total{code=\"worker_failed\"} 1.0")
                    .contains("scriptorium_request_retries_total{lane=\"bulk\"} 2.0")
                    .contains("scriptorium_e2e_request_latency_seconds_count 2")
                    .contains("scriptorium_generation_tokens_total{model_name=\"dummy\"} 5.0")
                    .contains("scriptorium_inter_token_latency_seconds_count{model_name=\"dummy\"} 4")
                    .contains("scriptorium_time_to_first_token_seconds_count{model_name=\"dummy\"} 1")
                    .contains("scriptorium_lane_partitions{model_name=\"dummy\"} 64.0")
                    .contains("scriptorium_ready 1.0")
                    .contains("kafka_consumer_", "kafka_producer_", "kafka_stream_", "jvm_memory_used_bytes");
            assertThat(Arrays.stream(Metric.values()).map(Metric::prometheusName))
                    .allSatisfy(name -> assertThat(scraped).contains("# TYPE " + name + " "));
            assertThat(status("http://127.0.0.1:" + gateway + "/health/live")).isEqualTo(200);
            assertThat(status("http://127.0.0.1:" + gateway + "/health/ready")).isEqualTo(200);
            assertLogIsJsonAndNamesTheRequest(serve.said());
        }
    }

    private static void assertLogIsJsonAndNamesTheRequest(String said) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : said.lines().toList()) {
            // The JVM's own word about the Vector API comes before anything of ours runs.
            if (!line.startsWith("WARNING: Using incubator modules")) {
                lines.add(new ObjectMapper().readTree(line));
            }
        }
        assertThat(lines).allMatch(line -> line.has("@timestamp") && line.has("message"));
        assertThat(lines)
                .anyMatch(line -> line.path("job").asText().equals("default")
                        && line.path("id").asText().equals("bad")
                        && line.path("level").asText().equals("ERROR"));
        assertThat(said).doesNotContain(SECRET);
    }

    @Test
    void routerAndWorkerAloneAreReadyWhenTheyHaveTheirPartitionsAndNotBefore() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of())) {
            // Given
            String server = kafka.bootstrapServers();
            try (Launched topics = Launched.start(folder, "topics", "--bootstrap-server", server)) {
                assertThat(topics.waitFor()).as(topics.said()).isZero();
            }

            // When
            try (Launched router = part(server, "router");
                    Launched worker = part(server, "worker", "--model", "dummy")) {
                String ofRouter = addressOf(router);
                String ofWorker = addressOf(worker);

                // Then
                router.until(() -> status(ofRouter + "/health/ready") == 200);
                worker.until(() -> status(ofWorker + "/health/ready") == 200);
                assertThat(body(ofRouter + "/health/ready")).contains("RUNNING with");
                assertThat(body(ofWorker + "/health/ready")).contains("64 partitions of its lanes are read");
                assertThat(body(ofRouter + "/metrics")).contains("scriptorium_lane_backlog{lane=\"bulk\"");
                assertThat(body(ofWorker + "/metrics")).contains("scriptorium_num_requests_running{");
            }
        }
    }

    private Launched part(String server, String command, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command, "--bootstrap-server", server, "--metrics-port", "0"));
        arguments.addAll(List.of(more));
        return start(arguments.toArray(String[]::new));
    }

    private Launched start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--state", folder.resolve(arguments[0]).toString()));
        return Launched.start(folder, all.toArray(String[]::new));
    }

    private static String addressOf(Launched part) throws IOException, InterruptedException {
        part.until(() -> ADDRESS.matcher(said(part)).find());
        Matcher address = ADDRESS.matcher(said(part));
        assertThat(address.find()).isTrue();
        return address.group(1);
    }

    private static String said(Launched part) {
        try {
            return part.said();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> get(String address) {
        try {
            return http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private int status(String address) {
        return get(address).statusCode();
    }

    private String body(String address) {
        return get(address).body();
    }

    private static void send(String server, String id, String prompt) throws Exception {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", server));
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            ProducerRecord<String, String> sent = new ProducerRecord<>("prompts", id, prompt);
            sent.headers().add("traceparent", TRACE.getBytes(StandardCharsets.UTF_8));
            producer.send(sent).get();
        }
    }

    /** The id of the first record of a topic, and its trace. */
    private static Map<String, @Nullable String> tracesOn(String server, String topic) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers",
                server,
                "group.id",
                "test-" + topic,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"));
        Map<String, @Nullable String> traces = new HashMap<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (traces.isEmpty() && System.nanoTime() < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    Header trace = record.headers().lastHeader("traceparent");
                    traces.put(record.key(), trace == null ? null : new String(trace.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return traces;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
