package dev.scriptorium.topology.order;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Who goes first into the stores that admit, cancel and settle share: cancellations, then outcomes, then prompts.
 *
 * <p>Of what a task could read next Kafka Streams takes the oldest, so while a large job is let in, its answers would
 * wait until its last prompt is. Outcomes and cancellations are therefore read as if they were older than they are, by
 * less than a changelog's segment lasts, since what a store changes is written with the time of the record that changed
 * it. What leaves the router carries the time at which it leaves.
 */
public final class Precedence {
    private static final Duration OUTCOMES_BY = Duration.ofHours(6);
    private static final Duration CANCELLATIONS_BY = Duration.ofHours(12);

    private Precedence() {}

    /** Old clients send records without a time, which must not stop the router. */
    public static long ofPrompt(ConsumerRecord<Object, Object> record, long partitionTime) {
        return Math.max(0, record.timestamp());
    }

    public static long ofOutcome(ConsumerRecord<Object, Object> record, long partitionTime) {
        return earlier(record.timestamp(), OUTCOMES_BY);
    }

    /** When an outcome was written whose time was read by {@link #ofOutcome}. */
    public static long asWritten(long time) {
        return time == 0 ? 0 : time + OUTCOMES_BY.toMillis();
    }

    private static long earlier(long time, Duration by) {
        return Math.max(0, time - by.toMillis());
    }

    /** The step before admit, cancel and settle that puts cancellations first. */
    public static final class OfCancellations extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        @Override
        public void process(Record<byte[], byte[]> record) {
            context().forward(record.withTimestamp(earlier(record.timestamp(), CANCELLATIONS_BY)));
        }
    }
}
