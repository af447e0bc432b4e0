package dev.scriptorium.topology.recipe;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.wire.EventCodec;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Tells the recipe of a cancelled job that no more rows are wanted. What is about no job is not for recipes. */
public final class JobCancelled extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final EventCodec codec = new EventCodec();

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (codec.cancellation(record.value()).target() instanceof Cancellation.Target.OfJob(String job)) {
            context()
                    .forward(Note.CANCELLED.about(job, record.value(), context().currentSystemTimeMs()));
        }
    }
}
