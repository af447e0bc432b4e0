package dev.scriptorium.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who else may come and where answers may go besides.
 *
 * @param gatewayKeys by tenant, the keys that the HTTP gateway knows it by, each as {@code sha256:} and the 64 hex
 *     digits of its digest
 * @param replyTopics that a request may name in its headers, in the order of the file; they have no prefix
 */
public record Integrations(Map<String, List<String>> gatewayKeys, List<TopicSpec> replyTopics) {
    public static final Integrations NONE = new Integrations(Map.of(), List.of());

    public Integrations {
        gatewayKeys = Collections.unmodifiableMap(new LinkedHashMap<>(gatewayKeys));
        replyTopics = List.copyOf(replyTopics);
    }

    public List<String> replyTopicNames() {
        return replyTopics.stream().map(TopicSpec::name).toList();
    }
}
