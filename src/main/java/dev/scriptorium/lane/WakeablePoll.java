package dev.scriptorium.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's poll that another thread can end, so that whoever has nothing to do waits for Kafka and for that thread
 * at once, and neither asks over and over.
 *
 * <p>A consumer that is woken when it does not wait throws from its next call instead, which may be a commit. So it is
 * woken only while it waits here, and what is left of that is used up before anything else is called.
 */
final class WakeablePoll {
    private static final Logger LOG = LoggerFactory.getLogger(WakeablePoll.class);
    private static final Duration USE_UP_TIMEOUT = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final Object lock = new Object();
    private boolean waits;
    private boolean woken;

    WakeablePoll(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /**
     * Records, as soon as there are any; none if the time is over or {@link #wake} was called.
     *
     * @param isWorkLeft asked once a call of {@link #wake} would be heard: if so, this does not wait
     */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout, BooleanSupplier isWorkLeft) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        synchronized (lock) {
            waits = true;
        }
        try {
            consumer.poll(isWorkLeft.getAsBoolean() ? Duration.ZERO : timeout).forEach(records::add);
            if (stopWaiting()) {
                // It was woken too late for that poll; this one ends at once.
                consumer.poll(Duration.ZERO).forEach(records::add);
            }
        } catch (WakeupException e) {
            LOG.trace("a poll was ended", e);
        } finally {
            stopWaiting();
        }
        return records;
    }

    /** From any thread: whoever polls, or is about to, does not wait. */
    void wake() {
        synchronized (lock) {
            if (waits && !woken) {
                woken = true;
                consumer.wakeup();
            }
        }
    }

    /** For a rebalance, which comes in the midst of a poll: what it calls of the consumer is not woken. */
    void stopWaiting(Collection<TopicPartition> partitions) {
        if (stopWaiting() && !partitions.isEmpty()) {
            try {
                var unused = consumer.committed(Set.copyOf(partitions), USE_UP_TIMEOUT);
            } catch (KafkaException e) {
                LOG.trace("what was left of a call that ended a poll", e);
            }
        }
    }

    /** Whether the consumer was woken. */
    private boolean stopWaiting() {
        synchronized (lock) {
            boolean was = woken;
            waits = false;
            woken = false;
            return was;
        }
    }
}
