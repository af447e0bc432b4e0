package dev.scriptorium.topology;

import dev.scriptorium.event.RequestState;
import dev.scriptorium.wire.EventCodec;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** What is known of each request id: the store that admit and settle share. */
final class Requests {
    private final KeyValueStore<String, byte[]> store;
    private final EventCodec codec;

    Requests(KeyValueStore<String, byte[]> store, EventCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    @Nullable
    RequestState find(String key) {
        byte[] bytes = store.get(key);
        return bytes == null ? null : codec.requestState(bytes);
    }

    void put(String key, RequestState state) {
        store.put(key, codec.encode(state));
    }

    void forget(String key) {
        store.delete(key);
    }

    /** Is shown one request after the other. */
    interface Visitor {
        void visit(String key, RequestState state);
    }

    /**
     * Shows up to {@code most} requests in the order of their keys.
     *
     * @param prefix with which their keys begin
     * @param after where to go on; null for the beginning
     * @return the last key shown; null if the end was reached
     */
    @Nullable
    String visit(String prefix, @Nullable String after, int most, Visitor visitor) {
        String last = null;
        int shown = 0;
        String from = after != null ? after : prefix.isEmpty() ? null : prefix;
        try (KeyValueIterator<String, byte[]> found = store.range(from, null)) {
            while (found.hasNext() && shown < most) {
                KeyValue<String, byte[]> entry = found.next();
                if (!entry.key.startsWith(prefix)) {
                    return null;
                }
                if (entry.key.equals(after)) {
                    continue;
                }
                visitor.visit(entry.key, codec.requestState(entry.value));
                last = entry.key;
                shown++;
            }
            return found.hasNext() ? last : null;
        }
    }
}
