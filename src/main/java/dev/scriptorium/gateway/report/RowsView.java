package dev.scriptorium.gateway.report;

import dev.scriptorium.dataset.report.LiveReports;
import dev.scriptorium.dataset.report.Report;
import dev.scriptorium.wire.UndecodableException;
import dev.scriptorium.wire.dataset.RowFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every row that Kafka still has, and then those that come. That takes a while where there are millions, so it
 * has a thread of its own and says how many are to be read yet.
 */
public final class RowsView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RowsView.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int POLL_RECORDS_MAX = 2_000;
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final String topic;
    private final Map<String, Object> settings;
    private final RowFormat format = new RowFormat();
    private final InstantSource clock;
    private final Thread thread = new Thread(this::follow, "rows-view");
    private final Object lock = new Object();
    private final CountDownLatch closed = new CountDownLatch(1);
    private LiveReports reports = new LiveReports();
    private long behind;
    private @Nullable String problem;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /** @param kafka client properties under Kafka's own names */
    public RowsView(String topic, Map<String, String> kafka, InstantSource clock) {
        this.topic = topic;
        this.clock = clock;
        this.settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** The one with the latest row first. */
    public List<Report> all() {
        synchronized (lock) {
            return reports.all(clock.instant());
        }
    }

    /** Null if no row of that job has been read. */
    public @Nullable Report of(String job) {
        synchronized (lock) {
            return reports.of(job, clock.instant());
        }
    }

    /** Records that are on the topic and not read yet. */
    public long behind() {
        synchronized (lock) {
            return behind;
        }
    }

    /** Why rows cannot be read now; null if they can. */
    public @Nullable String problem() {
        synchronized (lock) {
            return problem;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        synchronized (lock) {
            if (consumer != null) {
                consumer.wakeup();
            }
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What rows say is told anew from the first one whenever reading failed. */
    private void follow() {
        while (!isClosed()) {
            try (KafkaConsumer<byte[], byte[]> opened =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                begin(opened);
                while (!isClosed()) {
                    poll(opened);
                }
            } catch (WakeupException e) {
                LOG.debug("the rows are read no more");
            } catch (KafkaException e) {
                LOG.warn("the rows on {} cannot be read, which is tried again: {}", topic, e.getMessage());
                pause(e);
            }
        }
    }

    private void begin(KafkaConsumer<byte[], byte[]> opened) {
        synchronized (lock) {
            consumer = opened;
            reports = new LiveReports();
        }
        List<TopicPartition> all = opened.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        opened.assign(all);
        opened.seekToBeginning(all);
    }

    private void poll(KafkaConsumer<byte[], byte[]> opened) {
        var records = opened.poll(POLL);
        long left = 0;
        for (TopicPartition partition : opened.assignment()) {
            left += opened.currentLag(partition).orElse(0);
        }
        synchronized (lock) {
            records.forEach(this::take);
            behind = left;
            problem = null;
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> found) {
        try {
            reports.add(format.row(found.value()), Instant.ofEpochMilli(found.timestamp()));
        } catch (UndecodableException e) {
            LOG.debug("a record on {} is passed over: {}", topic, e.getMessage());
        }
    }

    private void pause(KafkaException cause) {
        synchronized (lock) {
            consumer = null;
            problem = "the rows on topic '%s' cannot be read: %s".formatted(topic, cause.getMessage());
        }
        try {
            var _ = closed.await(AGAIN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            closed.countDown();
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }
}
