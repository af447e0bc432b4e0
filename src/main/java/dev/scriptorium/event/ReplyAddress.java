package dev.scriptorium.event;

import org.jspecify.annotations.Nullable;

/**
 * Where else an answer goes, and what its reader knows it by, as a request/reply library wrote it on the request.
 *
 * @param style whose names the reply's headers have
 * @param topic one that the pipeline allows; null if only the correlation id is to be given back
 * @param partition of that topic; -1 for any
 * @param correlation the correlation id's bytes in Base64; empty if there was none
 */
public record ReplyAddress(Style style, @Nullable String topic, int partition, String correlation) {
    /** Whose headers they are. */
    public enum Style {
        /** Spring for Apache Kafka: {@code kafka_replyTopic} and its kin. */
        SPRING,
        /** SmallRye Reactive Messaging, so Quarkus: {@code REPLY_TOPIC} and its kin. */
        SMALLRYE
    }
}
