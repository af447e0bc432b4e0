package dev.scriptorium.topology.recipe;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/** Keeps every template that anybody published, by its version. */
public final class KeepTemplate extends ContextualProcessor<byte[], byte[], Void, Void> {
    private final String store;

    public KeepTemplate(String store) {
        this.store = store;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        KeyValueStore<String, ValueAndTimestamp<byte[]>> templates = context().getStateStore(store);
        if (record.key() != null) {
            String version = new String(record.key(), StandardCharsets.UTF_8);
            templates.put(
                    version,
                    record.value() == null ? null : ValueAndTimestamp.make(record.value(), record.timestamp()));
        }
    }
}
