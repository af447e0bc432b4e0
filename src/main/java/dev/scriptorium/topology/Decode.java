package dev.scriptorium.topology;

import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.PromptDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whose a record is and sends it on by that id, or puts it aside if nobody can tell.
 *
 * <p>What goes on is the record as it came: admit understands it again, because only there it may show that the record
 * must be put aside untouched, and reading twice is cheaper than sending twice the bytes.
 */
final class Decode extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final PromptDecoder decoder;
    private final int arrivalBytesMax;

    /**
     * @param arrivalBytesMax the most that goes on. The broker's own limit is for compressed bytes, so a record may be
     *     far larger than it allows.
     */
    Decode(PromptDecoder decoder, int arrivalBytesMax) {
        this.decoder = decoder;
        this.arrivalBytesMax = arrivalBytesMax;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
        if (bytesOf(record) > arrivalBytesMax) {
            putAsideWithoutValue(record, origin);
            return;
        }
        switch (decoder.decode(origin.arrival(record.value(), record.headers()))) {
            case Decoded.Accepted(var prompt) -> sendOn(record, origin, prompt.request());
            case Decoded.Refused(var rejection, var _) -> sendOn(record, origin, rejection.request());
            case Decoded.Cancelled(var cancellation) ->
                putAside(origin, record.value(), record.headers(), cancellation.sentence());
            case Decoded.Unreadable(var reason) -> putAside(origin, record.value(), record.headers(), reason);
        }
    }

    private void sendOn(Record<byte[], byte[]> record, Origin origin, RequestId request) {
        byte[] key = request.key().getBytes(StandardCharsets.UTF_8);
        Headers headers = origin.write(record.headers());
        context().forward(new Record<>(key, record.value(), now(), headers), Names.BY_ID + Names.INTO);
    }

    private void putAsideWithoutValue(Record<byte[], byte[]> record, Origin origin) {
        String reason = "the record has %d bytes, but at most %d can be put aside; it is left where it stands"
                .formatted(bytesOf(record), arrivalBytesMax);
        Headers headers = RecordHeads.none();
        RecordHeads.put(headers, RecordHeads.VALUE_BYTES, Integer.toString(length(record.value())));
        Origin keyless = new Origin(origin.topic(), origin.partition(), origin.offset(), origin.at(), null);
        putAside(keyless, new byte[0], headers, reason);
    }

    private void putAside(Origin origin, byte @Nullable [] value, Headers headers, String reason) {
        context().forward(origin.deadLetter(value, headers, reason, null, now()), Names.UNREADABLE);
    }

    private long now() {
        return context().currentSystemTimeMs();
    }

    private static long bytesOf(Record<byte[], byte[]> record) {
        return RecordHeads.bytesOf(record.headers()) + length(record.key()) + length(record.value());
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
