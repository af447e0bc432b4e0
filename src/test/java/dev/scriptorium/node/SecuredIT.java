package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.broker.EmbeddedKafka;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka that trusts nobody: SASL_SSL, and for each part the ACLs of deploy/acls.txt and no other. */
class SecuredIT {
    private static final String PASSWORD = "sesame-street";
    private static final List<String> USERS = List.of("topics", "router", "worker", "gateway", "client");
    private static final int PROMPTS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void promptsAreAnsweredOverTlsWithTheLeastThatEachPartMayDo() throws Exception {
        // Given
        keystore();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, brokerSettings())) {
            String servers = kafka.bootstrapServers();
            try (Admin admin = Admin.create(new HashMap<>(settings("admin", servers)))) {
                admin.createAcls(acls()).all().get(30, TimeUnit.SECONDS);
            }
            for (String user : USERS) {
                Files.writeString(pipeline(user), yaml(settings(user, servers)));
            }
            try (Launched topics = part("topics")) {
                assertThat(topics.waitFor()).as(topics.said()).isZero();
            }

            // When
            List<String> answered;
            HttpResponse<String> called;
            int port = freePort();
            try (Launched router = part("router", "--state", folder.resolve("state") + "");
                    Launched worker = part("worker", "--model", "dummy");
                    Launched gateway = part(
                            "gateway", "--http-port", port + "", "--state", folder.resolve("gateway-state") + "")) {
                answered = answers(servers, router, worker);
                gateway.until(() -> isOpen(port));
                called = call(port);
            }

            // Then
            assertThat(answered).hasSize(PROMPTS).doesNotHaveDuplicates();
            assertThat(called.statusCode()).as(called.body()).isEqualTo(200);
            assertThatThrownBy(() -> send("client", servers, "outcomes"))
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> send("worker", servers, "completions"))
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> send("nobody", servers, "prompts"))
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    private List<String> answers(String servers, Launched router, Launched worker) throws Exception {
        for (int i = 0; i < PROMPTS; i++) {
            send("client", servers, "prompts");
        }
        List<String> answered = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                new HashMap<>(settings("client", servers)), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(consumer.partitionsFor("completions").stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList());
            Instant end = Instant.now().plus(PATIENCE);
            while (answered.size() < PROMPTS) {
                assertThat(Instant.now())
                        .as("%s%n%s", router.said(), worker.said())
                        .isBefore(end);
                consumer.poll(Duration.ofMillis(200)).forEach(record -> answered.add(record.key()));
            }
        }
        return answered;
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpResponse<String> call(int port) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/v1/completions".formatted(port)))
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"The moon is\", \"max_tokens\": 8}"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void send(String user, String servers, String topic) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                new HashMap<>(settings(user, servers)), new StringSerializer(), new StringSerializer())) {
            String id = "p" + System.nanoTime();
            producer.send(new ProducerRecord<>(topic, id, "{\"prompt\": \"The moon is\", \"max_tokens\": 8}"))
                    .get();
        }
    }

    private Launched part(String user, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(user, "--pipeline", pipeline(user).toString()));
        arguments.addAll(Arrays.asList(more));
        return Launched.start(folder, arguments.toArray(String[]::new));
    }

    private Path pipeline(String user) {
        return folder.resolve(user + ".yaml");
    }

    private static String yaml(Map<String, String> settings) throws IOException {
        StringBuilder yaml =
                new StringBuilder(Files.readString(Path.of("topology/pipeline.yaml"))).append("\nkafka:\n");
        settings.forEach((key, value) -> {
            if (!key.equals("auto.offset.reset") && !key.equals("isolation.level")) {
                yaml.append("  ").append(key).append(": '").append(value).append("'\n");
            }
        });
        return yaml.toString();
    }

    private Map<String, String> settings(String user, String servers) {
        String password = USERS.contains(user) || user.equals("admin") ? PASSWORD : "wrong";
        return Map.of(
                "bootstrap.servers",
                servers,
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(user, password),
                "ssl.truststore.location",
                folder.resolve("keys.p12").toString(),
                "ssl.truststore.password",
                PASSWORD,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
    }

    private Map<String, String> brokerSettings() {
        StringBuilder users = new StringBuilder();
        USERS.forEach(user -> users.append(" user_")
                .append(user)
                .append("=\"")
                .append(PASSWORD)
                .append('"'));
        Map<String, String> settings = new HashMap<>();
        settings.put("listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put(
                "listener.name.plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"%s\""
                                .formatted(PASSWORD)
                        + " user_admin=\"%s\"%s;".formatted(PASSWORD, users));
        String keys = folder.resolve("keys.p12").toString();
        for (String store : List.of("keystore", "truststore")) {
            settings.put("ssl." + store + ".location", keys);
            settings.put("ssl." + store + ".password", PASSWORD);
        }
        settings.put("ssl.key.password", PASSWORD);
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:admin;User:ANONYMOUS");
        return settings;
    }

    private void keystore() throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "broker",
                        "-keyalg",
                        "EC",
                        "-validity",
                        "30",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        folder.resolve("keys.p12").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor())
                .as(Files.readString(folder.resolve("keytool.log")))
                .isZero();
    }

    private static List<AclBinding> acls() throws IOException {
        List<AclBinding> acls = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("deploy/acls.txt"))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] fields = line.strip().split("\\s+", -1);
            ResourcePattern pattern = new ResourcePattern(
                    ResourceType.fromString(fields[1].toUpperCase(Locale.ROOT)),
                    fields[3],
                    PatternType.fromString(fields[2].toUpperCase(Locale.ROOT)));
            for (String operation : fields[4].split(",", -1)) {
                AclOperation allowed = AclOperation.fromString(operation.toUpperCase(Locale.ROOT));
                acls.add(new AclBinding(
                        pattern, new AccessControlEntry("User:" + fields[0], "*", allowed, AclPermissionType.ALLOW)));
            }
        }
        return acls;
    }
}
