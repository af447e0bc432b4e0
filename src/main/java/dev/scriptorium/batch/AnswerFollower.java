package dev.scriptorium.batch;

import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.AnswerReader.Answer;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
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
    private final Map<TopicPartition, Long> endAtStart;
    private final AnswerReader reader = new AnswerReader();

    /** How far back in the topics. */
    enum DeadLetters {
        /** Only those to come: old ones are about records sent before. */
        FROM_NOW,
        /** All of them: whoever asks did not send the records. */
        ALL
    }

    /** @param since answers older than this are not looked at; null for all */
    AnswerFollower(
            String job, BulkJob.Topics topics, Map<String, String> kafka, DeadLetters reach, @Nullable Instant since) {
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
        switch (reach) {
            case FROM_NOW -> {
                seek(settled, since);
                // The end is looked up now, not when polled first: a dead letter of this run must not be skipped.
                consumer.endOffsets(dead).forEach(consumer::seek);
            }
            case ALL -> seek(all, since);
        }
        this.endAtStart = consumer.endOffsets(all);
    }

    private void seek(List<TopicPartition> partitions, @Nullable Instant since) {
        consumer.seekToBeginning(partitions);
        if (since == null) {
            return;
        }
        Map<TopicPartition, Long> from = new HashMap<>();
        partitions.forEach(partition -> from.put(partition, since.toEpochMilli()));
        consumer.offsetsForTimes(from).forEach((partition, found) -> {
            if (found != null) {
                consumer.seek(partition, found.offset());
            } else {
                consumer.seekToEnd(List.of(partition));
            }
        });
    }

    /** Whether all was read that was there when this began. */
    boolean isCaughtUp() {
        return endAtStart.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** News of one request of the job. */
    sealed interface News {
        /** Of the request, {@link dev.scriptorium.event.RequestId#key}. */
        String key();

        /** @param contentDigest of the request that was answered */
        record Settled(String key, String contentDigest, Answer answer) implements News {}

        /**
         * A record of the job that was put aside.
         *
         * @param source where it stood in its sender's file; null if unknown
         */
        record PutAside(String key, String reason, @Nullable String source) implements News {}
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
                    news.add(new News.PutAside(job + "/" + id, reason, header(found, Arrival.SOURCE_HEADER)));
                }
            } else {
                String digest = header(found, Arrival.CONTENT_DIGEST_HEADER);
                Answer answer = reader.read(found.value(), header(found, AnswerFrame.SCHEMA_HEADER));
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
