package dev.scriptorium.topology;

import org.apache.kafka.streams.state.KeyValueStore;

/**
 * How many prompts lie on the partitions of the lanes, as far as one task of the router knows: those it put there. Ids
 * are spread evenly over the tasks, so each knows a fair sample.
 */
final class Backlog {
    private final KeyValueStore<String, Long> store;

    Backlog(KeyValueStore<String, Long> store) {
        this.store = store;
    }

    long of(String lane) {
        return read(lane);
    }

    long of(String lane, int partition) {
        return read(lane + "/" + partition);
    }

    void add(String lane, int partition, long change) {
        write(lane, change);
        write(lane + "/" + partition, change);
    }

    private long read(String key) {
        Long count = store.get(key);
        return count == null ? 0 : count;
    }

    private void write(String key, long change) {
        store.put(key, Math.max(0, read(key) + change));
    }
}
