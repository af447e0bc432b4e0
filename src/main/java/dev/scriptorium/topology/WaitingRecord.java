package dev.scriptorium.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * A record that stands in a store: when it came to stand there and its time (8 bytes each), key, value, then names and
 * values of headers, each with its length before it (4 bytes, -1 for none).
 *
 * @param sinceMillis when it came to stand there
 */
public record WaitingRecord(long sinceMillis, Record<byte[], byte[]> record) {
    private static final int ABSENT = -1;

    public byte[] bytes() {
        int size = 2 * Long.BYTES + size(record.key()) + size(record.value());
        for (Header header : record.headers()) {
            size += size(name(header)) + size(header.value());
        }
        ByteBuffer out = ByteBuffer.allocate(size).putLong(sinceMillis).putLong(record.timestamp());
        put(out, record.key());
        put(out, record.value());
        for (Header header : record.headers()) {
            put(out, name(header));
            put(out, header.value());
        }
        return out.array();
    }

    public static WaitingRecord of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long since = in.getLong();
        long timestamp = in.getLong();
        byte[] key = get(in);
        byte[] value = get(in);
        Headers headers = new RecordHeaders();
        while (in.hasRemaining()) {
            byte[] name = get(in);
            headers.add(name == null ? "" : new String(name, StandardCharsets.UTF_8), get(in));
        }
        return new WaitingRecord(since, new Record<>(key, value, timestamp, headers));
    }

    private static byte[] name(Header header) {
        return header.key().getBytes(StandardCharsets.UTF_8);
    }

    private static int size(byte @Nullable [] bytes) {
        return Integer.BYTES + (bytes == null ? 0 : bytes.length);
    }

    private static void put(ByteBuffer out, byte @Nullable [] bytes) {
        if (bytes == null) {
            out.putInt(ABSENT);
        } else {
            out.putInt(bytes.length).put(bytes);
        }
    }

    private static byte @Nullable [] get(ByteBuffer in) {
        int length = in.getInt();
        if (length == ABSENT) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
