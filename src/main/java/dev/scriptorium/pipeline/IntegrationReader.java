package dev.scriptorium.pipeline;

import dev.scriptorium.pipeline.Integrations.AnswerHead;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a pipeline file says of the gateway's keys, of topics for replies and of a schema registry. */
final class IntegrationReader {
    private IntegrationReader() {}

    static Integrations read(Section top, int replication, Pipeline.Limits limits) {
        return new Integrations(
                gatewayKeys(top.section("gateway")),
                replyTopics(top.section("reply_topics"), replication, limits),
                registry(top.section("registry")));
    }

    private static Integrations.@Nullable Registry registry(Section section) {
        URI url = section.find(Key.REGISTRY_URL);
        String user = section.find(Key.REGISTRY_USER);
        String password = section.find(Key.REGISTRY_PASSWORD);
        Duration waitMax = section.get(Key.REGISTRY_WAIT);
        AnswerHead answers = section.get(Key.REGISTRY_ANSWERS);
        boolean autoRegister = section.get(Key.REGISTRY_AUTO_REGISTER);
        section.refuseUnknown();
        if (url == null && answers == AnswerHead.CONFLUENT) {
            section.source()
                    .problem(
                            section.source().place("registry.answers"),
                            "registry.answers is 'confluent', but there is no registry.url; name the registry");
        }
        return url == null ? null : new Integrations.Registry(url, user, password, waitMax, answers, autoRegister);
    }

    private static Map<String, List<String>> gatewayKeys(Section gateway) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        Section tenants = gateway.section("tenants");
        for (String name : tenants.names(Key.TEXT)) {
            Section tenant = tenants.section(name);
            List<String> own = new ArrayList<>();
            for (String key : tenant.list(Key.GATEWAY_KEYS)) {
                if (Key.isDigest(key)) {
                    own.add(key);
                } else {
                    // Whatever it is, it may be somebody's key, so it is not repeated.
                    tenant.source()
                            .problem(
                                    tenant.source().place(tenant.path() + ".keys"),
                                    ("%s.keys has an entry that is not 'sha256:' and 64 hex digits; write the digest of"
                                                    + " the key, as sha256sum prints it")
                                            .formatted(tenant.path()));
                }
            }
            tenant.refuseUnknown();
            keys.put(name, List.copyOf(own));
        }
        gateway.refuseUnknown();
        return keys;
    }

    private static List<TopicSpec> replyTopics(Section section, int replication, Pipeline.Limits limits) {
        List<TopicSpec> topics = new ArrayList<>();
        for (String name : section.names(Key.NAME)) {
            Section topic = section.section(name);
            Duration kept = topic.get(Key.REPLY_RETENTION);
            Map<String, String> configs = new HashMap<>();
            configs.put("max.message.bytes", Integer.toString(limits.messageBytesMax()));
            configs.put("retention.ms", Long.toString(kept.toMillis()));
            topics.add(new TopicSpec(name, topic.get(Key.REPLY_PARTITIONS), replication, configs));
            topic.refuseUnknown();
        }
        return topics;
    }
}
