package dev.scriptorium.batch.dataset;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.dataset.RowFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads the rows of one job, all of which stand in one partition in their order, and hears if its recipe is refused.
 */
final class RowFollower implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String job;
    private final TopicPartition rows;
    private final RowFormat format = new RowFormat();

    /** A row and where it stands. */
    record Placed(long offset, Row row) {}

    RowFollower(String job, DatasetTopics topics) {
        Map<String, Object> settings = new HashMap<>(topics.kafka());
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.job = job;
        byte[] key = job.getBytes(StandardCharsets.UTF_8);
        int partitions = consumer.partitionsFor(topics.rows()).size();
        // As Kafka's own clients choose it.
        this.rows = new TopicPartition(topics.rows(), Utils.toPositive(Utils.murmur2(key)) % partitions);
        List<TopicPartition> dead = consumer.partitionsFor(topics.deadLetters()).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        List<TopicPartition> all = new ArrayList<>(dead);
        all.add(rows);
        consumer.assign(all);
        consumer.endOffsets(dead).forEach(consumer::seek);
        consumer.seekToBeginning(List.of(rows));
    }

    /** The topic and partition of the rows. */
    String source() {
        return rows.toString();
    }

    /** The first record that is still there. */
    long firstOffset() {
        return consumer.beginningOffsets(List.of(rows)).getOrDefault(rows, 0L);
    }

    /**
     * @throws IllegalStateException if the topic does not have it, so the rows before it are of another Kafka or
     *     another time
     */
    void seek(long offset) {
        long end = consumer.endOffsets(List.of(rows)).getOrDefault(rows, 0L);
        if (offset < firstOffset() || offset > end) {
            throw new IllegalStateException(
                    ("the output goes on with record %d of %s, which has %d to %d only; it belongs to another"
                                    + " --state or Kafka")
                            .formatted(offset, rows, firstOffset(), end));
        }
        consumer.seek(rows, offset);
    }

    /** @throws IllegalStateException if the recipe was refused */
    List<Placed> poll(Duration timeout) {
        List<Placed> found = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
            if (record.topic().equals(rows.topic())) {
                found.add(new Placed(record.offset(), format.row(record.value())));
            } else if (job.equals(header(record, Arrival.JOB_HEADER))
                    && "recipe".equals(header(record, Arrival.ID_HEADER))) {
                throw new IllegalStateException("the recipe was refused: " + header(record, Arrival.REASON_HEADER));
            }
        }
        return found;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
