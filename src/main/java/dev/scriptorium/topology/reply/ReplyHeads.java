package dev.scriptorium.topology.reply;

import dev.scriptorium.event.ReplyAddress;
import dev.scriptorium.event.ReplyAddress.Style;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The headers of requests and replies as Spring's ReplyingKafkaTemplate and SmallRye's KafkaRequestReply write them. A
 * correlation id is bytes to us; a partition is 4 bytes, big-endian.
 */
public final class ReplyHeads {
    /** A UUID has 16 bytes, or 36 as text. */
    public static final int CORRELATION_BYTES_MAX = 256;

    private static final int TOPIC_CHARACTERS_SHOWN = 64;

    /** Where a reply goes, for the step that sends it; they do not leave the router. */
    static final String TO_TOPIC = "scriptorium-reply-topic";

    static final String TO_PARTITION = "scriptorium-reply-partition";

    private ReplyHeads() {}

    /** Header names. */
    record Names(String topic, String partition, String correlation) {
        static Names of(Style style) {
            return switch (style) {
                case SPRING -> new Names("kafka_replyTopic", "kafka_replyPartition", "kafka_correlationId");
                case SMALLRYE -> new Names("REPLY_TOPIC", "REPLY_PARTITION", "REPLY_CORRELATION_ID");
            };
        }
    }

    /** What a request's headers ask for. */
    public sealed interface Asked {
        /** An answer on the topic that all have, and nothing else. */
        record Nothing() implements Asked {}

        record Reply(ReplyAddress address) implements Asked {}

        /**
         * Something that is not allowed.
         *
         * @param field the header
         * @param rule as a full sentence
         * @param address what can be given back of it all the same: the correlation id
         */
        record Wrong(String field, String rule, @Nullable ReplyAddress address) implements Asked {}
    }

    /**
     * Reads the headers of whichever library; Spring's if there are both.
     *
     * @param allowed the topics that may be replied to
     */
    public static Asked read(Headers headers, List<String> allowed) {
        for (Style style : Style.values()) {
            Names names = Names.of(style);
            String topic = Heads.text(headers, names.topic);
            byte[] correlation = Heads.bytes(headers, names.correlation);
            if (topic != null || correlation != null) {
                return read(style, names, topic, correlation, Heads.bytes(headers, names.partition), allowed);
            }
        }
        return new Asked.Nothing();
    }

    private static Asked read(
            Style style,
            Names names,
            @Nullable String topic,
            byte @Nullable [] correlation,
            byte @Nullable [] partition,
            List<String> allowed) {
        if (correlation != null && correlation.length > CORRELATION_BYTES_MAX) {
            return new Asked.Wrong(
                    names.correlation,
                    "header '%s' has %d bytes, but it must have at most %d"
                            .formatted(names.correlation, correlation.length, CORRELATION_BYTES_MAX),
                    null);
        }
        String told = correlation == null ? "" : Base64.getEncoder().encodeToString(correlation);
        ReplyAddress back = new ReplyAddress(style, null, -1, told);
        if (topic != null && !allowed.contains(topic)) {
            String shown = topic.length() > TOPIC_CHARACTERS_SHOWN ? topic.substring(0, TOPIC_CHARACTERS_SHOWN) : topic;
            return new Asked.Wrong(
                    names.topic,
                    "header '%s' is '%s', but it must be one of the pipeline's reply_topics (%s)"
                            .formatted(
                                    names.topic,
                                    shown,
                                    allowed.isEmpty() ? "there are none" : String.join(", ", allowed)),
                    back);
        }
        if (partition != null
                && (partition.length != Integer.BYTES
                        || ByteBuffer.wrap(partition).getInt() < 0)) {
            return new Asked.Wrong(
                    names.partition,
                    "header '%s' must be the number of a partition in 4 bytes, big-endian".formatted(names.partition),
                    back);
        }
        int number = topic == null || partition == null
                ? -1
                : ByteBuffer.wrap(partition).getInt();
        return new Asked.Reply(new ReplyAddress(style, topic, number, told));
    }

    /** Gives the correlation id back under the name that it came by. */
    public static void correlate(Headers headers, @Nullable ReplyAddress address) {
        if (address != null && !address.correlation().isEmpty()) {
            String name = Names.of(address.style()).correlation;
            headers.remove(name).add(name, Base64.getDecoder().decode(address.correlation()));
        }
    }

    /** Tells the step that sends replies where this one goes. */
    public static void address(Headers headers, String topic, int partition) {
        Heads.put(headers, TO_TOPIC, topic);
        Heads.put(headers, TO_PARTITION, Integer.toString(partition));
    }
}
