package dev.scriptorium.topology;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Cancellation.Target;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.EventCodec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** What was cancelled lately: for prompts that come after their cancellation, and for jobs that take long to cancel. */
final class Cancellations {
    private static final int HEAD_BYTES = Long.BYTES + 1;

    private final KeyValueStore<String, byte[]> store;
    private final EventCodec codec;

    Cancellations(KeyValueStore<String, byte[]> store, EventCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    /**
     * @param takenAt when the router heard of it; what it admits afterwards is new work
     * @param done whether all that was open then is cancelled
     */
    record Entry(Cancellation cancellation, Instant takenAt, boolean done) {
        /** Whether it is about a request that was open when it was heard of. */
        boolean ends(RequestId request, @Nullable String tenant, Instant admittedAt) {
            return cancellation.isAbout(request, tenant == null ? "" : tenant) && !admittedAt.isAfter(takenAt);
        }
    }

    void put(Entry entry) {
        byte[] event = codec.encode(entry.cancellation());
        byte[] value = ByteBuffer.allocate(HEAD_BYTES + event.length)
                .putLong(entry.takenAt().toEpochMilli())
                .put((byte) (entry.done() ? 1 : 0))
                .put(event)
                .array();
        store.put(entry.cancellation().target().key(), value);
    }

    /** All that was open is cancelled; unless the same was said again in the meantime. */
    void finish(Entry entry) {
        byte[] value = store.get(entry.cancellation().target().key());
        if (value != null && entry(value).takenAt().equals(entry.takenAt().truncatedTo(ChronoUnit.MILLIS))) {
            put(new Entry(entry.cancellation(), entry.takenAt(), true));
        }
    }

    /** What ends a request that comes in now; null if nothing does. */
    @Nullable
    Cancellation ending(RequestId request, String tenant, Instant sentAt) {
        List<Target> targets =
                List.of(new Target.OfRequest(request), new Target.OfJob(request.job()), new Target.OfTenant(tenant));
        for (Target target : targets) {
            byte[] value = store.get(target.key());
            if (value != null && entry(value).cancellation().ends(request, tenant, sentAt)) {
                return entry(value).cancellation();
            }
        }
        return null;
    }

    /** Whether the job or tenant of an open request was cancelled when it was open already. */
    boolean areAbout(RequestId request, @Nullable String tenant, Instant admittedAt) {
        return isEnded(new Target.OfJob(request.job()), request, tenant, admittedAt)
                || tenant != null && isEnded(new Target.OfTenant(tenant), request, tenant, admittedAt);
    }

    private boolean isEnded(Target target, RequestId request, @Nullable String tenant, Instant admittedAt) {
        byte[] value = store.get(target.key());
        return value != null && entry(value).ends(request, tenant, admittedAt);
    }

    /** The jobs and tenants of which something open may be left. */
    List<Entry> unfinished() {
        List<Entry> unfinished = new ArrayList<>();
        visit(entry -> {
            if (!entry.done() && !(entry.cancellation().target() instanceof Target.OfRequest)) {
                unfinished.add(entry);
            }
        });
        return unfinished;
    }

    void forgetOlderThan(Duration age, Instant now) {
        List<String> old = new ArrayList<>();
        visit(entry -> {
            if (entry.done() && entry.takenAt().plus(age).isBefore(now)) {
                old.add(entry.cancellation().target().key());
            }
        });
        old.forEach(store::delete);
    }

    private interface Visitor {
        void visit(Entry entry);
    }

    private void visit(Visitor visitor) {
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> next = all.next();
                visitor.visit(entry(next.value));
            }
        }
    }

    private Entry entry(byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        Instant takenAt = Instant.ofEpochMilli(buffer.getLong());
        boolean done = buffer.get() == 1;
        byte[] event = new byte[buffer.remaining()];
        buffer.get(event);
        return new Entry(codec.cancellation(event), takenAt, done);
    }
}
