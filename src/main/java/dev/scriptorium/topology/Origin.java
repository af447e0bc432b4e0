package dev.scriptorium.topology;

import dev.scriptorium.event.RequestId;
import dev.scriptorium.topology.reply.CloudEventHeads;
import dev.scriptorium.wire.Arrival;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Where a record stood when it came in. It travels in headers from decode to admit, with the sender's own key, so that
 * a prompt which turns out to be in conflict can still be put aside exactly as it came.
 *
 * @param key the sender's
 * @param at the record's own time in milliseconds
 */
public record Origin(String topic, int partition, long offset, long at, byte @Nullable [] key) {
    private static final String TOPIC = "scriptorium-origin-topic";
    private static final String POSITION = "scriptorium-origin-position";
    /** On prompts that are a recipe's: who wrote them. A sender's own header of that name counts for nothing. */
    private static final String EXPANDED = "scriptorium-expanded";

    private static final String KEY = "scriptorium-origin-key";

    public static Origin of(Record<byte[], byte[]> record, RecordMetadata metadata) {
        return new Origin(metadata.topic(), metadata.partition(), metadata.offset(), record.timestamp(), record.key());
    }

    /** The same under the key as it is understood. */
    public Origin withKey(byte[] understood) {
        return new Origin(topic, partition, offset, at, understood);
    }

    /** @param headers as {@link #write} left them */
    public static Origin read(Headers headers) {
        byte[] position = RecordHeads.bytes(headers, POSITION);
        ByteBuffer numbers = ByteBuffer.wrap(position == null ? new byte[20] : position);
        String topic = RecordHeads.text(headers, TOPIC);
        return new Origin(
                topic == null ? "" : topic,
                numbers.getInt(),
                numbers.getLong(),
                numbers.getLong(),
                RecordHeads.bytes(headers, KEY));
    }

    /** The sender's headers with this in them. */
    public Headers write(Headers headers) {
        Headers marked = new RecordHeaders(headers);
        marked.remove(EXPANDED);
        RecordHeads.put(marked, TOPIC, topic);
        byte[] position = ByteBuffer.allocate(20)
                .putInt(partition)
                .putLong(offset)
                .putLong(at)
                .array();
        RecordHeads.put(marked, POSITION, position);
        return RecordHeads.put(marked, KEY, key);
    }

    /** The same for a prompt that the router wrote itself. */
    public Headers writeExpanded() {
        return RecordHeads.put(write(RecordHeads.none()), EXPANDED, "");
    }

    public static boolean isExpanded(Headers headers) {
        return RecordHeads.bytes(headers, EXPANDED) != null;
    }

    /** What wire is given to understand. */
    public Arrival arrival(byte @Nullable [] value, Headers headers) {
        return new Arrival(
                key == null ? null : new String(key, StandardCharsets.UTF_8),
                value,
                RecordHeads.text(headers, Arrival.JOB_HEADER),
                RecordHeads.text(headers, Arrival.TENANT_HEADER),
                RecordHeads.text(headers, Arrival.SOURCE_HEADER),
                Instant.ofEpochMilli(at),
                CloudEventHeads.read(headers));
    }

    /**
     * The record as it came, with the reason in its headers.
     *
     * @param reason a full sentence
     * @param request whose record it is, null if nobody can tell
     * @param now the time of the dead letter itself
     */
    public Record<byte[], byte[]> deadLetter(
            byte @Nullable [] value, Headers headers, String reason, @Nullable RequestId request, long now) {
        Headers dead = new RecordHeaders(headers);
        dead.remove(TOPIC).remove(POSITION).remove(KEY);
        Map.of(
                        Arrival.REASON_HEADER, reason,
                        RecordHeads.ERROR_MESSAGE, reason,
                        RecordHeads.ERROR_TOPIC, topic,
                        RecordHeads.ERROR_PARTITION, Integer.toString(partition),
                        RecordHeads.ERROR_OFFSET, Long.toString(offset))
                .forEach((name, text) -> RecordHeads.put(dead, name, text));
        if (request != null) {
            RecordHeads.request(dead, request.job(), request.id());
        }
        return new Record<>(key, value, now, dead);
    }
}
