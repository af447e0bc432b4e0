package dev.scriptorium.topology;

import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Where records end that need no answer: a step of its own, so that the picture shows it, and counted, as the metrics
 * {@code <name>-total} and {@code <name>-rate} of the group {@code stream-requests-metrics}.
 */
final class Drop extends ContextualProcessor<byte[], byte[], Void, Void> {
    private final String name;
    private @Nullable Sensor counter;

    Drop(String name) {
        this.name = name;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        super.init(context);
        counter = context.metrics()
                .addRateTotalSensor("requests", context.taskId().toString(), name, Sensor.RecordingLevel.INFO);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (counter != null) {
            counter.record(1, context().currentSystemTimeMs());
        }
    }

    @Override
    public void close() {
        if (counter != null) {
            context().metrics().removeSensor(counter);
        }
    }
}
