package dev.scriptorium.topology;

import dev.scriptorium.pipeline.TopicSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/**
 * Brings the broker's topics in line with what the pipeline declares, as far as that loses nothing: what is missing is
 * created, what differs is reported and left alone.
 */
public final class TopicSetup {
    private final Admin admin;

    public TopicSetup(Admin admin) {
        this.admin = admin;
    }

    /** How a declared topic stands with the broker. */
    public enum State {
        /** It is there as declared. */
        MATCHES,
        /** It was not there and was created just now. */
        CREATED,
        /** It is not there. */
        MISSING,
        /** It is there, but not as declared. */
        DIFFERS
    }

    /** @param detail what differs, as the end of a sentence; empty otherwise */
    public record Finding(TopicSpec declared, State state, String detail) {}

    /** Looks, and changes nothing. */
    public List<Finding> check(List<TopicSpec> declared) {
        Map<String, TopicDescription> there = describe(declared);
        Map<String, Config> configs = configs(there);
        List<Finding> findings = new ArrayList<>();
        for (TopicSpec topic : declared) {
            TopicDescription description = there.get(topic.name());
            if (description == null) {
                findings.add(new Finding(topic, State.MISSING, ""));
            } else {
                List<String> differences = differences(topic, description, configs.get(topic.name()));
                findings.add(
                        differences.isEmpty()
                                ? new Finding(topic, State.MATCHES, "")
                                : new Finding(topic, State.DIFFERS, String.join("; ", differences)));
            }
        }
        return findings;
    }

    /** @throws IllegalStateException if one of the topics that are there takes only shorter records */
    public void requireMessageBytes(List<TopicSpec> topics, int least) {
        if (topics.isEmpty()) {
            return;
        }
        configs(describe(topics)).forEach((name, config) -> {
            var entry = config.get("max.message.bytes");
            if (entry != null && Long.parseLong(entry.value()) < least) {
                throw new IllegalStateException(
                        "topic '%s' has max.message.bytes=%s, but it must be at least %d: answers may be that long"
                                .formatted(name, entry.value(), least));
            }
        });
    }

    /** Creates what is missing, and reports on all. */
    public List<Finding> createMissing(List<TopicSpec> declared) {
        List<Finding> before = check(declared);
        Map<String, TopicSpec> missing = before.stream()
                .filter(finding -> finding.state() == State.MISSING)
                .collect(Collectors.toMap(
                        finding -> finding.declared().name(), Finding::declared, (a, b) -> a, LinkedHashMap::new));
        if (missing.isEmpty()) {
            return before;
        }
        List<NewTopic> wanted = missing.values().stream()
                .map(topic -> new NewTopic(topic.name(), topic.partitions(), (short) topic.replication())
                        .configs(topic.configs()))
                .toList();
        admin.createTopics(wanted).values().forEach((name, created) -> {
            try {
                created.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new IllegalStateException("topic '" + name + "' cannot be created: " + messageOf(e), e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
        return before.stream()
                .map(finding ->
                        finding.state() == State.MISSING ? new Finding(finding.declared(), State.CREATED, "") : finding)
                .toList();
    }

    private Map<String, TopicDescription> describe(List<TopicSpec> declared) {
        List<String> names = declared.stream().map(TopicSpec::name).toList();
        try {
            List<String> there = admin.listTopics().names().get().stream()
                    .filter(names::contains)
                    .toList();
            return admin.describeTopics(there).allTopicNames().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker's topics cannot be read: " + messageOf(e), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Map<String, Config> configs(Map<String, TopicDescription> there) {
        List<ConfigResource> resources = there.keySet().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        try {
            return admin.describeConfigs(resources).all().get().entrySet().stream()
                    .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topics' settings cannot be read: " + messageOf(e), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static List<String> differences(TopicSpec topic, TopicDescription there, @Nullable Config config) {
        List<String> differences = new ArrayList<>();
        int partitions = there.partitions().size();
        if (partitions != topic.partitions()) {
            differences.add("has " + partitions + " partitions, declared are " + topic.partitions());
        }
        int replication = there.partitions().getFirst().replicas().size();
        if (topic.replication() != TopicSpec.BROKER_DEFAULT && replication != topic.replication()) {
            differences.add("has replication " + replication + ", declared is " + topic.replication());
        }
        topic.configs().forEach((key, value) -> {
            var entry = config == null ? null : config.get(key);
            if (entry == null || !value.equals(entry.value())) {
                differences.add(
                        "has " + key + "=" + (entry == null ? "nothing" : entry.value()) + ", declared is " + value);
            }
        });
        return differences;
    }

    private static String messageOf(ExecutionException e) {
        Throwable cause = e.getCause();
        return cause == null ? String.valueOf(e.getMessage()) : String.valueOf(cause.getMessage());
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while talking to the broker", e);
    }
}
