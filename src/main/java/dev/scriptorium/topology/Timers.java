package dev.scriptorium.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * When which request has to be looked at again: a store whose keys are times, so that what is due is found without
 * looking at what is not. What is to be done then follows from the request's state alone; so a timer too many does no
 * harm.
 */
final class Timers {
    private static final int TIME_CHARACTERS = 16;

    private final KeyValueStore<String, byte[]> store;

    Timers(KeyValueStore<String, byte[]> store) {
        this.store = store;
    }

    void set(Instant at, String request) {
        store.put(key(at, request), new byte[0]);
    }

    void clear(Instant at, String request) {
        store.delete(key(at, request));
    }

    /** Takes out up to {@code most} requests whose time has come, the longest waiting first. */
    List<String> takeDue(Instant now, int most) {
        List<String> due = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> found = store.range(null, time(now.plusMillis(1)))) {
            while (found.hasNext() && due.size() < most) {
                String key = found.next().key;
                keys.add(key);
                due.add(key.substring(TIME_CHARACTERS + 1));
            }
        }
        keys.forEach(store::delete);
        return due;
    }

    /** When the first is due; null if there is none. */
    @Nullable
    Instant first() {
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            return all.hasNext() ? Instant.ofEpochMilli(Long.parseLong(all.next().key, 0, TIME_CHARACTERS, 16)) : null;
        }
    }

    private static String key(Instant at, String request) {
        return time(at) + "/" + request;
    }

    /** Milliseconds so that their order is that of the letters; times before 1970 are due at once. */
    private static String time(Instant at) {
        return "%016x".formatted(Math.max(0, at.toEpochMilli()));
    }
}
