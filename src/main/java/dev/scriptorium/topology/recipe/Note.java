package dev.scriptorium.topology.recipe;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/** What the router itself puts on the recipes topic, beside what users send there: told apart by a header. */
public enum Note {
    /** How a request of a row ended. */
    ANSWER,
    /** The job was cancelled. */
    CANCELLED;

    private static final String HEADER = "scriptorium-note";

    /** @param value an outcome, or whatever */
    public Record<byte[], byte[]> about(String job, byte[] value, long now) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(HEADER, name().getBytes(StandardCharsets.UTF_8));
        return new Record<>(job.getBytes(StandardCharsets.UTF_8), value, now, headers);
    }

    boolean is(Record<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(HEADER);
        return header != null && name().equals(new String(header.value(), StandardCharsets.UTF_8));
    }
}
