package dev.scriptorium.lane;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.ChunkFormat;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes outcomes durable. The producer's callbacks only queue what they are told; {@link #drain} acts on it, on the
 * reader's thread.
 */
final class OutcomePublisher {
    static final String REASON_HEADER = "scriptorium-reason";
    static final String CONTENT_TYPE_HEADER = "content-type";
    static final String TOPIC_HEADER = "scriptorium-topic";
    static final String PARTITION_HEADER = "scriptorium-partition";
    static final String OFFSET_HEADER = "scriptorium-offset";
    static final String VALUE_BYTES_HEADER = "scriptorium-value-bytes";

    private static final Logger LOG = LoggerFactory.getLogger(OutcomePublisher.class);

    private final Producer<String, byte[]> producer;
    private final EventCodec codec;
    private final ChunkFormat chunks;
    private final LaneSettings settings;
    private final InstantSource clock;
    private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong republished = new AtomicLong();
    private final AtomicLong unreadable = new AtomicLong();
    private int unanswered;

    OutcomePublisher(Producer<String, byte[]> producer, EventCodec codec, LaneSettings settings, InstantSource clock) {
        this.producer = producer;
        this.codec = codec;
        this.settings = settings;
        this.chunks = new ChunkFormat(settings.frame());
        this.clock = clock;
    }

    /** The broker's answer to one record; {@code again} sends the like of it once more. */
    private record Reply(@Nullable Exception error, Runnable onDurable, Consumer<Exception> onError) {}

    /**
     * @param headers of the prompt, that its outcome has too
     * @param onDurable run on the reader's thread once the broker has acknowledged the outcome
     */
    void publish(Outcome outcome, Map<String, String> headers, Runnable onDurable) {
        ProducerRecord<String, byte[]> outgoing =
                new ProducerRecord<>(settings.outcomesTopic(), outcome.request().key(), codec.encode(outcome));
        headers.forEach((name, value) -> outgoing.headers().add(name, utf8(value)));
        send(outgoing, onDurable, error -> retry(outcome, headers, onDurable, error));
    }

    /** A piece of a text; the step loop goes on whatever becomes of it. */
    void publish(TokenChunk piece, Map<String, String> headers) {
        String job = piece.request().job();
        ProducerRecord<String, byte[]> outgoing =
                new ProducerRecord<>(settings.tokensTopic(), piece.request().id(), chunks.write(piece));
        outgoing.headers()
                .add(ChunkFormat.STREAM_ID_HEADER, utf8(piece.request().key()))
                .add(ChunkFormat.STREAM_INDEX_HEADER, utf8(Integer.toString(piece.index())))
                .add(ChunkFormat.STREAM_LAST_HEADER, utf8(Boolean.toString(piece.isLast())))
                .add(Arrival.JOB_HEADER, utf8(job))
                .add(CONTENT_TYPE_HEADER, utf8(chunks.contentType(piece)));
        String schema = chunks.schemaHeader(piece);
        if (schema != null) {
            outgoing.headers().add(AnswerFrame.SCHEMA_HEADER, utf8(schema));
        }
        headers.forEach((name, value) -> outgoing.headers().add(name, utf8(value)));
        send(outgoing, () -> {}, error -> {
            if (!(error instanceof RetriableException)) {
                throw fatal(error);
            }
            republished.incrementAndGet();
            publish(piece, headers);
        });
    }

    /** Keeps a lane's record that nobody can read, bytes untouched, with headers that say why and whence. */
    void unreadable(ConsumerRecord<byte[], byte[]> received, String reason, Runnable onDurable) {
        sayUnreadable(received, reason);
        deadLetter(received, reason, onDurable);
    }

    /** At the 1st, 2nd, 4th, 8th, …: whoever floods a lane with rubbish must not flood the logs too. */
    private void sayUnreadable(ConsumerRecord<byte[], byte[]> received, String reason) {
        long count = unreadable.incrementAndGet();
        if (Long.bitCount(count) == 1) {
            LOG.atError()
                    .addKeyValue("topic", received.topic())
                    .addKeyValue("partition", received.partition())
                    .addKeyValue("offset", received.offset())
                    .addKeyValue("count", count)
                    .addKeyValue("reason", reason)
                    .log("A lane has a record that is no assignment; it goes to the dead letters");
        }
    }

    private void deadLetter(ConsumerRecord<byte[], byte[]> unreadable, String reason, Runnable onDurable) {
        ProducerRecord<String, byte[]> outgoing = new ProducerRecord<>(
                settings.deadLettersTopic(),
                unreadable.key() == null ? null : new String(unreadable.key(), StandardCharsets.UTF_8),
                unreadable.value());
        putAside(outgoing, unreadable, reason, onDurable);
    }

    /** A record that is too long with what we say about it must not take worker after worker down: it goes empty. */
    private void deadLetterWithoutValue(ConsumerRecord<byte[], byte[]> unreadable, String reason, Runnable onDurable) {
        ProducerRecord<String, byte[]> outgoing = new ProducerRecord<>(settings.deadLettersTopic(), null, new byte[0]);
        int bytes = unreadable.value() == null ? 0 : unreadable.value().length;
        outgoing.headers().add(VALUE_BYTES_HEADER, utf8(Integer.toString(bytes)));
        putAside(outgoing, unreadable, reason, onDurable);
    }

    private void putAside(
            ProducerRecord<String, byte[]> outgoing,
            ConsumerRecord<byte[], byte[]> unreadable,
            String reason,
            Runnable onDurable) {
        outgoing.headers()
                .add(REASON_HEADER, utf8(reason))
                .add(TOPIC_HEADER, utf8(unreadable.topic()))
                .add(PARTITION_HEADER, utf8(Integer.toString(unreadable.partition())))
                .add(OFFSET_HEADER, utf8(Long.toString(unreadable.offset())));
        send(outgoing, onDurable, error -> {
            if (error instanceof RecordTooLargeException && outgoing.headers().lastHeader(VALUE_BYTES_HEADER) == null) {
                deadLetterWithoutValue(unreadable, reason, onDurable);
                return;
            }
            if (!(error instanceof RetriableException)) {
                throw fatal(error);
            }
            republished.incrementAndGet();
            deadLetter(unreadable, reason, onDurable);
        });
    }

    /**
     * Acts on what the broker has answered since the last call; returns how much that was.
     *
     * @throws KafkaException if outcomes cannot be published any more
     */
    int drain() {
        int count = 0;
        for (Reply reply = replies.poll(); reply != null; reply = replies.poll()) {
            unanswered--;
            count++;
            Exception error = reply.error();
            if (error == null) {
                published.incrementAndGet();
                reply.onDurable().run();
            } else {
                reply.onError().accept(error);
            }
        }
        return count;
    }

    /** Records sent that the broker has not answered. */
    int unanswered() {
        return unanswered;
    }

    long published() {
        return published.get();
    }

    /** Records of lanes that are no assignments. */
    long unreadable() {
        return unreadable.get();
    }

    long republished() {
        return republished.get();
    }

    /** Waits for the answers to what was sent, but not longer than that. */
    void close(Duration timeout) {
        producer.close(timeout);
    }

    private void send(ProducerRecord<String, byte[]> outgoing, Runnable onDurable, Consumer<Exception> onError) {
        unanswered++;
        // The future says what the callback says.
        var unused = producer.send(outgoing, (metadata, error) -> replies.add(new Reply(error, onDurable, onError)));
    }

    private void retry(Outcome outcome, Map<String, String> headers, Runnable onDurable, Exception error) {
        if (error instanceof RecordTooLargeException && outcome instanceof Completion completion) {
            publish(tooLarge(completion, error), headers, onDurable);
            return;
        }
        if (!(error instanceof RetriableException)) {
            throw fatal(error);
        }
        LOG.atWarn()
                .addKeyValue("request", outcome.request().key())
                .setCause(error)
                .log("The broker did not acknowledge an outcome in time; it is sent again");
        republished.incrementAndGet();
        publish(outcome, headers, onDurable);
    }

    private Rejection tooLarge(Completion completion, Exception error) {
        return new Rejection(
                completion.request(),
                completion.dialect(),
                completion.tenant(),
                ErrorCode.WORKER_FAILED,
                "the text was finished, but topic '%s' does not take it: %s"
                        .formatted(settings.outcomesTopic(), error.getMessage()),
                null,
                null,
                clock.instant(),
                completion.metadata());
    }

    private static KafkaException fatal(Exception error) {
        return new KafkaException("outcomes cannot be published: " + error.getMessage(), error);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
