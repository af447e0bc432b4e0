package dev.scriptorium.client;

import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.ChunkFormat;
import dev.scriptorium.wire.UndecodableException;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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

/**
 * Reads answers, pieces and dead letters of all, and hands those over that somebody waits for.
 *
 * <p>Whoever begins to wait after an answer went by gets it too: its place is known, and it is read from there again.
 */
final class AnswerFeed implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(500);
    private static final String JSON_ADVICE = "this pipeline writes its answers as JSON, but must write Avro: set"
            + " topics.completions.format and topics.rejections.format to as-prompt or avro";

    private final ClientSettings.Topics topics;
    private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
    private final AnswerReader answers = new AnswerReader();
    private final ChunkFormat chunks = new ChunkFormat();
    /** Between the question whether somebody waits and what follows from it, nobody may begin to: hence the lock. */
    private final Object waiting = new Object();

    private final Map<RequestId, Expected> expected = new ConcurrentHashMap<>();
    private final Map<RequestId, Place> passed;
    private final Queue<Place> again = new ConcurrentLinkedQueue<>();
    /** How many of those who wait read pieces. */
    private final AtomicInteger readers = new AtomicInteger();

    private final Thread thread;
    private volatile @Nullable RuntimeException over;
    private volatile boolean closed;

    private AnswerFeed(ClientSettings settings, org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
        this.topics = settings.topics();
        this.consumer = consumer;
        this.passed = new Passed(settings.passedMax());
        this.thread = Thread.ofPlatform().name("scriptorium-client").daemon().unstarted(this::follow);
    }

    private record Place(TopicPartition partition, long offset) {}

    /** Where the last answers stand that came when nobody waited for them. */
    private static final class Passed extends LinkedHashMap<RequestId, Place> {
        @Serial
        private static final long serialVersionUID = 1;

        private final int most;

        private Passed(int most) {
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<RequestId, Place> eldest) {
            return size() > most;
        }
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
        AnswerFeed feed = new AnswerFeed(settings, consumer);
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
        synchronized (waiting) {
            if (expected.putIfAbsent(request, one) != null) {
                throw new IllegalStateException("somebody waits for request '" + request.key() + "' already");
            }
            Place place = passed.remove(request);
            if (place != null) {
                again.add(place);
                consumer.wakeup();
            }
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
        closed = true;
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
            while (!closed) {
                readAgain();
                poll();
            }
            reason = new IllegalStateException("the client was closed before the answer came");
        } catch (RuntimeException e) {
            reason = new IllegalStateException("answers cannot be read any more: " + e.getMessage(), e);
        }
        over = reason;
        for (Expected one : List.copyOf(expected.values())) {
            one.answer.completeExceptionally(reason);
        }
    }

    private void poll() {
        try {
            consumer.poll(TURN).forEach(this::hand);
        } catch (WakeupException e) {
            // Somebody closed this, or waits for what went by; the loop looks for both.
            return;
        }
    }

    /** Reads what went by, one place after the other, and leaves each partition where it was. */
    private void readAgain() {
        for (Place place = again.poll(); place != null && !closed; place = again.poll()) {
            Set<TopicPartition> all = consumer.assignment();
            long here = consumer.position(place.partition());
            consumer.pause(all);
            consumer.resume(Set.of(place.partition()));
            consumer.seek(place.partition(), place.offset());
            while (!closed && consumer.position(place.partition()) <= place.offset()) {
                poll();
            }
            consumer.seek(place.partition(), here);
            consumer.resume(all);
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
            Expected one = expectedOrPassed(found);
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

    private @Nullable Expected expectedOrPassed(ConsumerRecord<byte[], byte[]> found) {
        String job = header(found, Arrival.JOB_HEADER);
        String id = header(found, Arrival.ID_HEADER);
        if (job == null || id == null) {
            return null;
        }
        RequestId request = new RequestId(job, id);
        Place place = new Place(new TopicPartition(found.topic(), found.partition()), found.offset());
        synchronized (waiting) {
            Expected one = expected.get(request);
            if (one == null && found.topic().equals(topics.deadLetters())) {
                // A dead letter of a taken id must not hide the answer that the id has.
                passed.putIfAbsent(request, place);
            } else if (one == null) {
                passed.put(request, place);
            }
            return one;
        }
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
