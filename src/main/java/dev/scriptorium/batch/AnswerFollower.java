package dev.scriptorium.batch;

import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.AnswerReader.Answer;
import dev.scriptorium.wire.Arrival;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what became of a job's requests: completions and rejections from the beginning, because some may have settled
 * before this process began; dead letters from now on, because old ones are about records sent before. Belongs to one
 * thread.
 */
final class AnswerFollower implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String job;
    private final String deadLetters;
    private final AnswerReader reader = new AnswerReader();

    AnswerFollower(String job, BulkJob.Topics topics, Map<String, String> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.job = job;
        this.deadLetters = topics.deadLetters();
        List<TopicPartition> settled = new ArrayList<>(partitions(topics.completions()));
        settled.addAll(partitions(topics.rejections()));
        List<TopicPartition> dead = partitions(topics.deadLetters());
        List<TopicPartition> all = new ArrayList<>(settled);
        all.addAll(dead);
        consumer.assign(all);
        consumer.seekToBeginning(settled);
        // The end is looked up now, not when polled first: a dead letter of this run must not be skipped.
        consumer.endOffsets(dead).forEach(consumer::seek);
    }

    /** News of one request of the job. */
    sealed interface News {
        /** Of the request, {@link dev.scriptorium.event.RequestId#key}. */
        String key();

        /** @param contentDigest of the request that was answered */
        record Settled(String key, String contentDigest, Answer answer) implements News {}

        /** A record of the job that was put aside. */
        record PutAside(String key, String reason) implements News {}
    }

    List<News> poll(Duration timeout) {
        List<News> news = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> found : consumer.poll(timeout)) {
            if (!job.equals(header(found, Arrival.JOB_HEADER))) {
                continue;
            }
            if (found.topic().equals(deadLetters)) {
                String id = header(found, Arrival.ID_HEADER);
                String reason = header(found, Arrival.REASON_HEADER);
                if (id != null && reason != null) {
                    news.add(new News.PutAside(job + "/" + id, reason));
                }
            } else {
                String digest = header(found, Arrival.CONTENT_DIGEST_HEADER);
                Answer answer = reader.read(found.value());
                news.add(new News.Settled(job + "/" + answer.id(), digest == null ? "" : digest, answer));
            }
        }
        return news;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private List<TopicPartition> partitions(String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (PartitionInfo partition : consumer.partitionsFor(topic)) {
            partitions.add(new TopicPartition(topic, partition.partition()));
        }
        return partitions;
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
