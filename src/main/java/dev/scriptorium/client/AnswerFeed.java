package dev.scriptorium.client;

import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.ChunkFormat;
import dev.scriptorium.wire.UndecodableException;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads answers, pieces and dead letters of all, and hands those over that somebody waits for. */
final class AnswerFeed implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(500);
    private static final String JSON_ADVICE = "this pipeline writes its answers as JSON, but must write Avro: set"
            + " topics.completions.format and topics.rejections.format to as-prompt or avro";

    private final ClientSettings.Topics topics;
    private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
    private final AnswerReader answers = new AnswerReader();
    private final ChunkFormat chunks = new ChunkFormat();
    private final Map<RequestId, Expected> expected = new ConcurrentHashMap<>();
    /** How many of those who wait read pieces. */
    private final AtomicInteger readers = new AtomicInteger();

    private final Thread thread;
    private volatile @Nullable RuntimeException over;

    private AnswerFeed(
            ClientSettings.Topics topics, org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
        this.topics = topics;
        this.consumer = consumer;
        this.thread = Thread.ofPlatform().name("scriptorium-client").daemon().unstarted(this::follow);
    }

    /** Somebody who waits. */
    private static final class Expected {
        private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private final @Nullable Consumer<TokenChunk> reader;
        /** By choice, the index of the piece that is read next. */
        private final Map<Integer, Integer> next = new HashMap<>();

        private Expected(@Nullable Consumer<TokenChunk> reader) {
            this.reader = reader;
        }

        private void read(TokenChunk piece) {
            if (reader != null && piece.index() >= next.getOrDefault(piece.choice(), 0)) {
                next.put(piece.choice(), piece.isLast() ? Integer.MAX_VALUE : piece.next());
                reader.accept(piece);
            }
        }
    }

    static AnswerFeed open(ClientSettings settings) {
        Map<String, Object> properties = new HashMap<>(settings.kafka());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        // Somebody waits for each single record.
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "50");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        AnswerFeed feed = new AnswerFeed(settings.topics(), consumer);
        try {
            feed.begin(settings.since());
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
        feed.thread.start();
        return feed;
    }

    /** @throws IllegalStateException if the client is closed, or somebody waits for the same request already */
    CompletableFuture<Outcome> expect(RequestId request, @Nullable Consumer<TokenChunk> reader) {
        Expected one = new Expected(reader);
        if (expected.putIfAbsent(request, one) != null) {
            throw new IllegalStateException("somebody waits for request '" + request.key() + "' already");
        }
        int reads = reader == null ? 0 : 1;
        readers.addAndGet(reads);
        var _ = one.answer.whenComplete((outcome, problem) -> {
            expected.remove(request, one);
            readers.addAndGet(-reads);
        });
        RuntimeException reason = over;
        if (reason != null) {
            one.answer.completeExceptionally(reason);
        }
        return one.answer;
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where reading begins is settled here and now, so that nothing sent after this is missed. */
    private void begin(@Nullable Instant since) {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : List.of(topics.completions(), topics.rejections(), topics.tokens(), topics.deadLetters())) {
            var partitions = consumer.partitionsFor(topic);
            if (partitions == null || partitions.isEmpty()) {
                throw new IllegalStateException("topic '" + topic + "' is not there; is this the pipeline's Kafka?");
            }
            partitions.forEach(partition -> all.add(new TopicPartition(topic, partition.partition())));
        }
        consumer.assign(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        ends.forEach(consumer::seek);
        if (since != null) {
            Map<TopicPartition, Long> times = new HashMap<>();
            all.forEach(partition -> times.put(partition, since.toEpochMilli()));
            consumer.offsetsForTimes(times).forEach((partition, found) -> {
                if (found != null) {
                    consumer.seek(partition, found.offset());
                }
            });
        }
    }

    private void follow() {
        RuntimeException reason;
        try (consumer) {
            while (true) {
                consumer.poll(TURN).forEach(this::hand);
            }
        } catch (WakeupException e) {
            reason = new IllegalStateException("the client was closed before the answer came", e);
        } catch (RuntimeException e) {
            reason = new IllegalStateException("answers cannot be read any more: " + e.getMessage(), e);
        }
        over = reason;
        for (Expected one : List.copyOf(expected.values())) {
            one.answer.completeExceptionally(reason);
        }
    }

    private void hand(ConsumerRecord<byte[], byte[]> found) {
        if (found.value() == null) {
            return;
        }
        try {
            if (found.topic().equals(topics.tokens())) {
                handPiece(found);
                return;
            }
            Expected one = expected(header(found, Arrival.JOB_HEADER), header(found, Arrival.ID_HEADER));
            if (one == null) {
                return;
            }
            if (found.topic().equals(topics.deadLetters())) {
                one.answer.completeExceptionally(new IllegalStateException(
                        "the request was put aside: " + header(found, Arrival.REASON_HEADER)));
            } else {
                handAnswer(one, found);
            }
        } catch (UndecodableException e) {
            // Somebody else's record, in a form of a later version perhaps; nobody here can have asked for it.
            return;
        }
    }

    private void handAnswer(Expected one, ConsumerRecord<byte[], byte[]> found) {
        Outcome outcome = answers.outcome(found.value(), header(found, AnswerFrame.SCHEMA_HEADER));
        if (outcome == null) {
            one.answer.completeExceptionally(new IllegalStateException(JSON_ADVICE));
        } else {
            one.answer.complete(outcome);
        }
    }

    private void handPiece(ConsumerRecord<byte[], byte[]> found) {
        if (readers.get() == 0) {
            return;
        }
        TokenChunk piece = chunks.read(found.value(), header(found, AnswerFrame.SCHEMA_HEADER));
        Expected one = expected.get(piece.request());
        if (one != null) {
            try {
                one.read(piece);
            } catch (RuntimeException e) {
                one.answer.completeExceptionally(e);
            }
        }
    }

    private @Nullable Expected expected(@Nullable String job, @Nullable String id) {
        return job == null || id == null ? null : expected.get(new RequestId(job, id));
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
