package dev.scriptorium.topology.unwrap;

import dev.scriptorium.topology.Origin;
import dev.scriptorium.topology.WaitingRecord;
import dev.scriptorium.topology.bell.Bell;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.PromptDecoder;
import dev.scriptorium.wire.confluent.ConfluentFormat;
import dev.scriptorium.wire.confluent.ConfluentFormat.Unwrapped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Takes values and keys out of Confluent's wire format and lets all others through.
 *
 * <p>The idea: what a schema's id stands for never changes, so this is a function of the record as soon as the schema
 * is known. Until then the record stands in a store, committed with its offset, and is looked at again each second; the
 * records behind it do not wait. One that waited too long, and one whose schema cannot be a prompt's, is refused.
 */
public final class Unwrap extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final int RECORDS_A_TURN = 1_000;

    private final Settings settings;
    private final ConfluentFormat format;
    private final PromptDecoder decoder;
    private final Observer observer;
    private final EventCodec codec = new EventCodec();
    private @Nullable KeyValueStore<Long, byte[]> waiting;
    private @Nullable Bell bell;
    /** Where the next turn begins, so that none waits behind a thousand others. */
    private long turnBegins;
    /** How many wait. A store knows only about how many it has. */
    private long count;

    /**
     * @param store of records that wait, by their offsets
     * @param next the step that records go on to
     * @param unreadable where records go that nobody can be told about
     * @param recordBytesMax larger values go on unread, to be refused there
     * @param waitMax how long a record waits for its schema
     */
    public record Settings(String store, String next, String unreadable, int recordBytesMax, Duration waitMax) {}

    /** Told how many records of a partition wait. */
    public interface Observer {
        void waiting(int partition, long records);
    }

    public Unwrap(Settings settings, ConfluentFormat format, PromptDecoder decoder, Observer observer) {
        this.observer = observer;
        this.settings = settings;
        this.format = format;
        this.decoder = decoder;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        waiting = context.getStateStore(settings.store());
        count = waiting().approximateNumEntries();
        tell();
        bell = new Bell(context, TURN, _ -> turn());
        bell.soon();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
        // Further down nobody else knows it: a record that waited comes without its place.
        Record<byte[], byte[]> marked = record.withHeaders(origin.write(record.headers()));
        if (!leaves(marked, 0)) {
            WaitingRecord kept = new WaitingRecord(context().currentSystemTimeMs(), marked);
            waiting().put(origin.offset(), kept.bytes());
            count++;
            tell();
            Objects.requireNonNull(bell).soon();
        }
    }

    /** Whether it went on or out; {@code waitedMillis} is how long it stood here. */
    private boolean leaves(Record<byte[], byte[]> marked, long waitedMillis) {
        Record<byte[], byte[]> keyed = keyed(marked, waitedMillis);
        return keyed != null && leavesKeyed(keyed, waitedMillis);
    }

    /** With its key as text; null if that must wait. A key that cannot be read stays, for the value may name an id. */
    private @Nullable Record<byte[], byte[]> keyed(Record<byte[], byte[]> marked, long waitedMillis) {
        byte[] key = marked.key();
        if (key == null || !ConfluentFormat.isMarked(key)) {
            return marked;
        }
        return switch (format.text(key)) {
            case Unwrapped.Value(var text) ->
                marked.withKey(text)
                        .withHeaders(Origin.read(marked.headers()).withKey(text).write(marked.headers()));
            case Unwrapped.Wrong _ -> marked;
            case Unwrapped.Waiting _ -> waitedMillis < settings.waitMax().toMillis() ? null : marked;
        };
    }

    private boolean leavesKeyed(Record<byte[], byte[]> marked, long waitedMillis) {
        byte[] value = marked.value();
        if (value == null || value.length > settings.recordBytesMax() || !ConfluentFormat.isMarked(value)) {
            context().forward(marked, settings.next());
            return true;
        }
        switch (format.unwrap(value)) {
            case Unwrapped.Value(var plain) -> context().forward(marked.withValue(plain), settings.next());
            case Unwrapped.Wrong(var reason) -> refuse(marked, reason);
            case Unwrapped.Waiting(var reason) -> {
                if (waitedMillis < settings.waitMax().toMillis()) {
                    return false;
                }
                refuse(
                        marked,
                        "%s; it waited for %d s, which is the most (registry.wait_max)"
                                .formatted(reason, waitedMillis / 1000));
            }
        }
        return true;
    }

    /** Answered under its key's id by the steps behind, or put aside as it came. */
    private void refuse(Record<byte[], byte[]> marked, String reason) {
        Origin origin = Origin.read(marked.headers());
        switch (decoder.refuse(origin.arrival(marked.value(), marked.headers()), reason)) {
            case Decoded.Refused refused -> context().forward(marked.withValue(codec.encode(refused)), settings.next());
            case Decoded.Unreadable(var sentence) -> {
                long now = context().currentSystemTimeMs();
                context()
                        .forward(
                                origin.deadLetter(marked.value(), marked.headers(), sentence, null, now),
                                settings.unreadable());
            }
            case Decoded.Accepted _, Decoded.Cancelled _ ->
                throw new IllegalStateException("a refusal turned out to be something else");
        }
    }

    private @Nullable Duration turn() {
        List<KeyValue<Long, byte[]>> some = new ArrayList<>();
        boolean isAll;
        try (KeyValueIterator<Long, byte[]> found = waiting().range(turnBegins, Long.MAX_VALUE)) {
            while (found.hasNext() && some.size() < RECORDS_A_TURN) {
                some.add(found.next());
            }
            isAll = turnBegins == 0 && !found.hasNext();
            if (isAll) {
                count = some.size();
            }
            turnBegins = found.hasNext() ? some.getLast().key + 1 : 0;
        }
        for (KeyValue<Long, byte[]> entry : some) {
            WaitingRecord kept = WaitingRecord.of(entry.value);
            long waited = context().currentSystemTimeMs() - kept.sinceMillis();
            if (leaves(kept.record(), waited)) {
                waiting().delete(entry.key);
                count--;
            }
        }
        tell();
        return isAll && count == 0 ? null : TURN;
    }

    private void tell() {
        observer.waiting(context().taskId().partition(), Math.max(0, count));
    }

    @Override
    public void close() {
        observer.waiting(context().taskId().partition(), 0);
    }

    private KeyValueStore<Long, byte[]> waiting() {
        if (waiting == null) {
            throw new IllegalStateException("unwrap was used before it was initialised");
        }
        return waiting;
    }
}
