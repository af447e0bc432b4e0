package dev.scriptorium.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.node.deploy.DeployFiles.Node;
import dev.scriptorium.node.service.RegisteredMeters;
import dev.scriptorium.pipeline.KafkaProperties;
import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineReader;
import dev.scriptorium.pipeline.TopicSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/**
 * What {@code deploy/} says of Kafka is what the pipeline says: topics, groups, who may do what, and what scales on it.
 */
class DeployTopicsTest {
    private static final String HEAD = """
        # Made by `mvn test -Dgolden.update=true` from %s; change that.
        """;

    /** The pipeline of the cluster, with the environment that its pods have. */
    private static Pipeline pipeline() {
        String text = DeployFiles.document("kubernetes/pipeline.yaml", "ConfigMap")
                .at("data", "pipeline.yaml")
                .text();
        Map<String, String> environment = new HashMap<>();
        DeployFiles.pods()
                .values()
                .forEach(pod -> pod.at("containers", 0, "env").list().forEach(variable -> {
                    Node value = variable.find("value");
                    environment.put(variable.at("name").text(), value.value() == null ? "secret" : value.text());
                }));
        return switch (PipelineReader.read(text, "kubernetes/pipeline.yaml", environment)) {
            case PipelineReader.Result.Valid(var pipeline) -> pipeline;
            case PipelineReader.Result.Invalid(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    @Test
    void pipelineOfTheClusterHasTheTopicsOfTheDefaultOne() {
        assertThat(pipeline().allTopics().stream().map(TopicsAlike::of).toList())
                .isEqualTo(RegisteredMeters.defaultPipeline().allTopics().stream()
                        .map(TopicsAlike::of)
                        .toList());
    }

    /** All of a topic but its copies. */
    private record TopicsAlike(String name, int partitions, Map<String, String> configs) {
        static TopicsAlike of(TopicSpec topic) {
            return new TopicsAlike(topic.name(), topic.partitions(), topic.configs());
        }
    }

    @Test
    void kafkasPropertiesAreThoseThatItsClientsKnow() {
        Map<String, String> kafka = pipeline().kafka().common();

        assertThat(kafka).containsKey("ssl.keystore.password");
        assertThat(kafka.keySet())
                .allMatch(key -> ConsumerConfig.configNames().contains(key)
                        && ProducerConfig.configNames().contains(key));
    }

    @Test
    void topicsOfTheClusterAreThoseOfItsPipeline() {
        StringBuilder yaml = new StringBuilder(HEAD.formatted("pipeline.yaml"));
        for (TopicSpec topic : pipeline().allTopics()) {
            yaml.append("""
                ---
                apiVersion: kafka.strimzi.io/v1
                kind: KafkaTopic
                metadata:
                  name: %s
                  labels:
                    strimzi.io/cluster: kafka
                spec:
                  topicName: %s
                  partitions: %d
                  replicas: %d
                  config:
                """.formatted(topic.name(), topic.name(), topic.partitions(), topic.replication()));
            topic.configs()
                    .forEach((key, value) -> yaml.append(
                            "    %s: %s%n".formatted(key, value.matches("\\d+") ? value : "\"" + value + "\"")));
        }

        Golden.check("deploy/kubernetes/kafka-topics.yaml", yaml.toString());
        assertThat(DeployFiles.yaml("kubernetes/kafka-topics.yaml"))
                .hasSize(pipeline().allTopics().size());
    }

    /** One line of acls.txt. */
    private record Acl(String user, String type, String pattern, String name, List<String> operations) {
        static List<Acl> all() {
            return DeployFiles.read("acls.txt")
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().split("\\s+", -1))
                    .map(field -> new Acl(field[0], field[1], field[2], field[3], List.of(field[4].split(",", -1))))
                    .toList();
        }
    }

    @Test
    void usersOfTheClusterMayDoWhatTheAclsSayAndNoMore() {
        Map<String, List<Acl>> users =
                Acl.all().stream().collect(Collectors.groupingBy(Acl::user, LinkedHashMap::new, Collectors.toList()));
        StringBuilder yaml = new StringBuilder(HEAD.formatted("../acls.txt"));
        users.forEach((user, acls) -> {
            yaml.append("""
                ---
                apiVersion: kafka.strimzi.io/v1
                kind: KafkaUser
                metadata:
                  name: scriptorium-%s
                  labels:
                    strimzi.io/cluster: kafka
                spec:
                  authentication:
                    type: tls
                  authorization:
                    type: simple
                    acls:
                """.formatted(user));
            acls.forEach(acl -> yaml.append("""
                      - resource: {type: %s, name: %s, patternType: %s}
                        operations: [%s]
                """.formatted(
                    acl.type().equals("transactional_id") ? "transactionalId" : acl.type(),
                    acl.name(),
                    acl.pattern().equals("prefixed") ? "prefix" : acl.pattern(),
                    acl.operations().stream().map(DeployTopicsTest::camelCase).collect(Collectors.joining(", ")))));
        });

        Golden.check("deploy/kubernetes/kafka-users.yaml", yaml.toString());
        assertThat(DeployFiles.yaml("kubernetes/kafka-users.yaml")).hasSize(users.size());
    }

    @Test
    void aclsNameTopicsGroupsAndOperationsThatThereAre() {
        Pipeline pipeline = RegisteredMeters.defaultPipeline();
        Set<String> topics = pipeline.allTopics().stream().map(TopicSpec::name).collect(Collectors.toSet());
        List<String> wrong = new ArrayList<>();
        for (Acl acl : Acl.all()) {
            boolean isThere = switch (acl.type()) {
                case "topic" ->
                    acl.pattern().equals("literal")
                            ? topics.contains(acl.name())
                            : acl.name().startsWith(pipeline.name() + "-")
                                    || topics.stream().anyMatch(topic -> topic.startsWith(acl.name()));
                case "group", "transactional_id" -> acl.name().startsWith(pipeline.name());
                default -> true;
            };
            boolean isKnown = ResourceType.fromString(acl.type()) != ResourceType.UNKNOWN
                    && acl.operations().stream()
                            .noneMatch(operation -> AclOperation.fromString(operation) == AclOperation.UNKNOWN);
            if (!isThere || !isKnown) {
                wrong.add(acl.toString());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void workersScaleOnTheLagOfEveryLaneAndNotBeyondItsPartitions() {
        // Given
        Pipeline pipeline = pipeline();
        Node scaled = DeployFiles.document("kubernetes/keda.yaml", "ScaledObject");

        // When
        List<Node> triggers = scaled.at("spec", "triggers").list();

        // Then
        assertThat(triggers.stream()
                        .map(trigger -> trigger.at("metadata", "topic").text())
                        .toList())
                .containsExactlyInAnyOrderElementsOf(pipeline.lanes().stream()
                        .map(lane -> lane.topic().name())
                        .toList());
        for (Node trigger : triggers) {
            Node metadata = trigger.at("metadata");
            Lane lane = pipeline.lanes().stream()
                    .filter(each ->
                            each.topic().name().equals(metadata.at("topic").text()))
                    .findFirst()
                    .orElseThrow();
            assertThat(metadata.at("consumerGroup").text()).isEqualTo(pipeline.name() + "." + lane.model());
            assertThat(metadata.at("bootstrapServers").text())
                    .isEqualTo(pipeline.kafka().common().get(KafkaProperties.BOOTSTRAP_SERVERS));
            assertThat(scaled.at("spec", "maxReplicaCount").number())
                    .isLessThanOrEqualTo(lane.topic().partitions());
        }
        assertThat(scaled.at("spec", "scaleTargetRef", "name").text())
                .isEqualTo(DeployFiles.document("kubernetes/worker.yaml", "Deployment")
                        .at("metadata", "name")
                        .text());
    }

    private static String camelCase(String operation) {
        return Arrays.stream(operation.split("_", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }
}
