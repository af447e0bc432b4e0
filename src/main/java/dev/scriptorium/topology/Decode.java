package dev.scriptorium.topology;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.quota.Charge;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.PromptDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
    private final Pipeline pipeline;
    private final PromptDecoder decoder;
    private final EventCodec codec = new EventCodec();
    /** The most that goes on. The broker's own limit is for compressed bytes, so a record may be far larger. */
    private final int arrivalBytesMax;
    /** Whether another step stands before this one, which has written down where records stood. */
    private final boolean originIsWritten;

    Decode(Pipeline pipeline, PromptDecoder decoder) {
        this.pipeline = pipeline;
        this.decoder = decoder;
        this.arrivalBytesMax = pipeline.limits().arrivalBytesMax();
        this.originIsWritten = pipeline.integrations().registry() != null;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Origin origin = originIsWritten
                ? Origin.read(record.headers())
                : Origin.of(record, context().recordMetadata().orElseThrow());
        if (bytesOf(record) > arrivalBytesMax) {
            putAsideWithoutValue(record, origin);
            return;
        }
        switch (decoder.decode(origin.arrival(record.value(), record.headers()))) {
            case Decoded.Accepted(var prompt)
            when pipeline.tenants().limits(prompt.tenant()) -> charge(record, origin, prompt);
            case Decoded.Accepted(var prompt) -> sendOn(record, origin, prompt.request());
            case Decoded.Refused(var rejection, var _) -> sendOn(record, origin, rejection.request());
            case Decoded.Cancelled(var cancellation) ->
                context().forward(Understand.record(cancellation, codec, Instant.ofEpochMilli(now())), Names.CANCELLED);
            case Decoded.Unreadable(var reason) -> putAside(origin, record.value(), record.headers(), reason);
        }
    }

    private void sendOn(Record<byte[], byte[]> record, Origin origin, RequestId request) {
        byte[] key = request.key().getBytes(StandardCharsets.UTF_8);
        Headers headers = origin.write(record.headers());
        Charge.clear(headers);
        context().forward(new Record<>(key, record.value(), now(), headers), Names.ADMISSIBLE);
    }

    /** Through the place where all that its tenant sends is counted. */
    private void charge(Record<byte[], byte[]> record, Origin origin, Prompt prompt) {
        Headers headers = origin.write(record.headers());
        context().forward(Charge.of(prompt, pipeline, headers, record.value(), now()), Names.CHARGE);
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
