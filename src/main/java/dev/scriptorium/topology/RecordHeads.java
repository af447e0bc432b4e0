package dev.scriptorium.topology;

import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.CarriedHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What our records say in their headers. Dead letters carry the names of KIP-1034 beside our own, so that tools for
 * Kafka Streams' own dead letters read ours too.
 */
public final class RecordHeads {
    static final String CONTENT_TYPE = "content-type";
    static final String ERROR_MESSAGE = "__streams.errors.message";
    static final String ERROR_TOPIC = "__streams.errors.topic";
    static final String ERROR_PARTITION = "__streams.errors.partition";
    static final String ERROR_OFFSET = "__streams.errors.offset";

    /** On dead letters whose value had to be left out. */
    static final String VALUE_BYTES = "scriptorium-value-bytes";

    private RecordHeads() {}

    public static Headers none() {
        return new RecordHeaders();
    }

    /** The headers of a prompt that go on to its answer. */
    static SortedMap<String, String> carried(Headers ofPrompt) {
        return CarriedHeaders.of(name -> text(ofPrompt, name));
    }

    /** Sets them. */
    static Headers put(Headers headers, Map<String, String> carried) {
        carried.forEach((name, value) -> put(headers, name, value));
        return headers;
    }

    /** The last header of that name as text; null if there is none. */
    public static @Nullable String text(Headers headers, String name) {
        byte[] value = bytes(headers, name);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    public static byte @Nullable [] bytes(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : header.value();
    }

    /** Sets a header over any of the same name, which a sender may have put there. */
    public static Headers put(Headers headers, String name, String value) {
        return put(headers, name, value.getBytes(StandardCharsets.UTF_8));
    }

    public static Headers put(Headers headers, String name, byte @Nullable [] value) {
        headers.remove(name);
        if (value != null) {
            headers.add(name, value);
        }
        return headers;
    }

    /** How much of a record of ours or of a sender's is neither key nor value. */
    static long bytesOf(Headers headers) {
        long bytes = 0;
        for (Header header : headers) {
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    /** A job or id in a header, for those who follow one job. */
    static Headers request(Headers headers, String job, String id) {
        put(headers, Arrival.JOB_HEADER, job);
        return put(headers, Arrival.ID_HEADER, id);
    }
}
