package dev.scriptorium.pipeline;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who else may come and where answers may go besides.
 *
 * @param gatewayKeys by tenant, the keys that the HTTP gateway knows it by, each as {@code sha256:} and the 64 hex
 *     digits of its digest
 * @param replyTopics that a request may name in its headers, in the order of the file; they have no prefix
 * @param registry of the schemas of values in Confluent's wire format; null if such values are refused
 */
public record Integrations(
        Map<String, List<String>> gatewayKeys,
        List<TopicSpec> replyTopics,
        @Nullable Registry registry) {
    public static final Integrations NONE = new Integrations(Map.of(), List.of(), null);

    /**
     * A schema registry that speaks Confluent's HTTP API.
     *
     * @param url the API's root
     * @param user for basic authentication; null for none
     * @param waitMax how long a record waits for the registry before it is refused
     * @param answers what stands before the bodies of answers in Avro
     * @param autoRegister whether the schemas of answers are added to the registry
     */
    public record Registry(
            URI url,
            @Nullable String user,
            @Nullable String password,
            Duration waitMax,
            AnswerHead answers,
            boolean autoRegister) {}

    /** What stands before the body of an answer in Avro and names its schema. */
    public enum AnswerHead {
        /** Avro's own: {@code c3 01} and a fingerprint. */
        SINGLE_OBJECT,
        /** Confluent's: a zero byte and the id in the registry. */
        CONFLUENT
    }

    public Integrations {
        gatewayKeys = Collections.unmodifiableMap(new LinkedHashMap<>(gatewayKeys));
        replyTopics = List.copyOf(replyTopics);
    }

    public List<String> replyTopicNames() {
        return replyTopics.stream().map(TopicSpec::name).toList();
    }
}
