package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.scriptorium.Programs;
import dev.scriptorium.client.ClientSettings;
import dev.scriptorium.client.PromptBuilder;
import dev.scriptorium.client.ScriptoriumClient;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Programs that ask: our own client, the examples in three languages, and whoever wants replies; one program serves.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientsIT {
    private static final String MOON = "The moon is";
    private static final int PATIENCE_SECONDS = 120;

    private final Path folder;
    private final Instant begun = Instant.now();
    private String server = "";
    private Launched serve;

    ClientsIT() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "clients");
    }

    @BeforeAll
    void startTheProgram() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            server = "127.0.0.1:" + socket.getLocalPort();
        }
        Path pipeline = folder.resolve("pipeline.yaml");
        String more = "\nreply_topics:\n  orders.replies: {partitions: 3}\n";
        Files.writeString(pipeline, Files.readString(Path.of("topology/pipeline.yaml")) + more);
        serve = Launched.start(
                folder,
                Map.of(),
                "serve",
                "--port",
                server.substring(server.indexOf(':') + 1),
                "--http-port",
                "0",
                "--pipeline",
                pipeline.toString(),
                "--state",
                folder.resolve("state").toString());
        serve.until(() -> says("ready"));
    }

    @AfterAll
    void stopTheProgram() {
        serve.close();
    }

    @Test
    void whoeverSubmitsHearsOfOneOutcomeAndMayReadTheTextWhileItGrows() throws Exception {
        // Given
        Prompt prompt = PromptBuilder.text(MOON)
                .id("grows")
                .metadata("row", "7")
                .maxTokens(24)
                .temperature(0)
                .build();
        List<TokenChunk> pieces = Collections.synchronizedList(new ArrayList<>());
        try (ScriptoriumClient client = ScriptoriumClient.connect(ClientSettings.of(server))) {

            // When
            CompletableFuture<Outcome> growing = client.stream(prompt, pieces::add);
            CompletableFuture<Outcome> wrong = client.submit(
                    PromptBuilder.user("Hello").model("scrivner-1m").build());

            // Then
            Completion completion = (Completion) growing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(completion.text()).contains("the nearest neighbor of the Earth");
            assertThat(completion.metadata()).isEqualTo(Map.of("row", "7"));
            assertThat(pieces.stream().map(TokenChunk::text).collect(Collectors.joining()))
                    .isEqualTo(completion.text());
            assertThat(pieces).hasSizeGreaterThan(1);
            Rejection rejection = (Rejection) wrong.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(rejection.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        }
    }

    @Test
    void aProgramThatIsStartedAnewAwaitsWhatItSubmittedBeforeAndIdsThatAreTakenAreSaid() throws Exception {
        // Given
        PromptBuilder before = PromptBuilder.text(MOON).id("before").maxTokens(4);
        try (ScriptoriumClient client = ScriptoriumClient.connect(ClientSettings.of(server))) {
            client.submit(before.build()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        ClientSettings again = ClientSettings.of(server).since(begun);
        try (ScriptoriumClient client = ScriptoriumClient.connect(again)) {
            // By the time that this one is answered, the answer to the first went by.
            client.submit(PromptBuilder.text(MOON).maxTokens(2).build()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            // When
            Outcome outcome = client.await(new RequestId("default", "before")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            CompletableFuture<Outcome> taken = client.submit(before.maxTokens(5).build());

            // Then
            assertThat(outcome).isInstanceOf(Completion.class);
            assertThatThrownBy(() -> taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .hasMessageContaining("put aside")
                    .hasMessageContaining("is taken");
        }
    }

    @Test
    void cancelledRequestEndsAndAClosedClientSaysSoToWhoeverWaits() throws Exception {
        // Given
        CompletableFuture<Outcome> forever;
        RequestId id = new RequestId("default", "cancelled-at-once");
        try (ScriptoriumClient client = ScriptoriumClient.connect(ClientSettings.of(server))) {
            forever = client.await(new RequestId("default", "never-sent"));

            // When
            client.cancel(id);
            Outcome outcome = client.submit(
                            PromptBuilder.text(MOON).id(id.id()).maxTokens(400).build())
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            // Then
            assertThat(((Rejection) outcome).code()).isEqualTo(ErrorCode.CANCELLED);
        }
        assertThatThrownBy(forever::join).hasMessageContaining("the client was closed");
    }

    @Test
    void replyStandsOnceOnTheTopicAndPartitionThatTheRequestNamed() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server), new StringSerializer(), new StringSerializer())) {
            ProducerRecord<String, String> request =
                    new ProducerRecord<>("prompts", "order-1", "{\"prompt\": \"The moon is\", \"max_tokens\": 4}");
            request.headers().add("kafka_replyTopic", bytes("orders.replies"));
            request.headers().add("kafka_correlationId", bytes("c-1"));
            request.headers()
                    .add(
                            "kafka_replyPartition",
                            ByteBuffer.allocate(4).putInt(2).array());

            // When
            var first = producer.send(request);
            first.get();
            var _ = producer.send(request);
            var _ = producer.send(new ProducerRecord<>(
                    "prompts", null, "order-2", "{\"prompt\": \"x\", \"top_p\": 7}", request.headers()));
        }

        // Then
        List<ConsumerRecord<String, String>> replies = read(new TopicPartition("orders.replies", 2), 2);
        assertThat(replies).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("order-1", "order-2");
        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.headers().lastHeader("kafka_correlationId").value())
                    .isEqualTo(bytes("c-1"));
            assertThat(reply.headers().lastHeader("ce_id").value()).isEqualTo(bytes("default/" + reply.key()));
        });
    }

    @Test
    void theExampleInJavaRunsFromItsSource() throws Exception {
        // Given
        String jar = only("scriptorium-*.jar");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=dev.scriptorium.wire.avro",
                "-cp",
                jar + System.getProperty("path.separator") + "target/lib/*",
                "examples/java/Ask.java",
                server);

        // When
        String said = run(Path.of("."), command);

        // Then
        assertThat(said).contains("the nearest neighbor of the Earth", " tokens)");
    }

    @Test
    void theExamplesInJavaScriptRunWithKafkajsAndAvsc() throws Exception {
        // Given
        assumeTrue(
                Programs.isOnPath("node") && Programs.isOnPath("npm"), "needs node and npm, to run kafkajs and avsc");
        Path work = Path.of("target/examples/javascript").toAbsolutePath();
        copy(Path.of("examples/javascript"), work);
        copy(Path.of("schemas"), Path.of("target/schemas").toAbsolutePath());
        if (!Files.isDirectory(work.resolve("node_modules/kafkajs"))) {
            Process npm = new ProcessBuilder("npm", "install", "--no-package-lock", "--no-audit", "--no-fund")
                    .directory(work.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(work.resolve("npm.log").toFile())
                    .start();
            boolean installed = npm.waitFor(180, TimeUnit.SECONDS) && npm.exitValue() == 0;
            assumeTrue(installed, "needs the npm registry, to install kafkajs and avsc");
        }

        // When
        String json = run(work, List.of("node", "ask.mjs", server));
        String avro = run(work, List.of("node", "avro.mjs", server));

        // Then
        assertThat(json).contains("dev.scriptorium.completion.v1", "the nearest neighbor of the Earth");
        assertThat(avro).contains("avro/binary", "the nearest neighbor of the Earth");
    }

    @Test
    void theExampleInPythonRunsWhereItsPackageIs() throws Exception {
        // Given
        String python = null;
        for (String each : List.of("python3", "/usr/bin/python3")) {
            if (python == null && hasConfluentKafka(each)) {
                python = each;
            }
        }
        assumeTrue(python != null, "needs python3 with confluent-kafka (apt-get install python3-confluent-kafka)");

        // When
        String said = run(Path.of("."), List.of(python, "examples/python/ask.py", server));

        // Then
        assertThat(said).contains("the nearest neighbor of the Earth");
    }

    /** The distribution's own Python has the distribution's packages, whichever comes first on the path. */
    private static boolean hasConfluentKafka(String python) throws InterruptedException {
        try {
            return new ProcessBuilder(python, "-c", "import confluent_kafka")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private List<ConsumerRecord<String, String>> read(TopicPartition partition, int atLeast) {
        List<ConsumerRecord<String, String>> found = new ArrayList<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", server, "isolation.level", "read_committed");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            for (int turns = 0; found.size() < atLeast && turns < PATIENCE_SECONDS; turns++) {
                consumer.poll(Duration.ofSeconds(1)).forEach(found::add);
            }
            // A second reply would come in the same breath.
            consumer.poll(Duration.ofSeconds(1)).forEach(found::add);
        }
        return found;
    }

    private static String run(Path work, List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.write(to.resolve(String.valueOf(file.getFileName())), Files.readAllBytes(file));
            }
        }
    }

    private static String only(String glob) throws IOException {
        try (var found = Files.newDirectoryStream(Path.of("target"), glob)) {
            return found.iterator().next().toString();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private boolean says(String words) {
        try {
            return serve.said().contains(words);
        } catch (IOException e) {
            return false;
        }
    }
}
