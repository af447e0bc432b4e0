package dev.scriptorium.client;

import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.EventCodec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Submits prompts to a pipeline and awaits their answers.
 *
 * <p>A request ends once: its future has a {@link dev.scriptorium.event.Completion} or a
 * {@link dev.scriptorium.event.Rejection}. It fails if the request cannot be sent, if its id is taken by other content,
 * or if answers can no longer be read. It has no time limit of its own; {@link CompletableFuture#orTimeout} sets one,
 * {@code deadline} of the prompt tells the pipeline of one. An id whose answer was written before this client began to
 * read is dropped as known, so whoever may send again sets {@link ClientSettings#since}.
 */
public final class ScriptoriumClient implements AutoCloseable {
    private final ClientSettings settings;
    private final EventCodec codec = new EventCodec();
    private final AnswerFeed feed;
    private final Producer<byte[], byte[]> producer;
    private final Semaphore places;

    private ScriptoriumClient(ClientSettings settings, AnswerFeed feed, Producer<byte[], byte[]> producer) {
        this.settings = settings;
        this.feed = feed;
        this.producer = producer;
        this.places = new Semaphore(settings.waitingMax());
    }

    /**
     * Connects; what is submitted afterwards is seen.
     *
     * @throws IllegalStateException if one of the topics is not there
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer or a property is wrong
     */
    public static ScriptoriumClient connect(ClientSettings settings) {
        AnswerFeed feed = AnswerFeed.open(settings);
        Map<String, Object> properties = new HashMap<>(settings.kafka());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        try {
            return new ScriptoriumClient(
                    settings,
                    feed,
                    new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
        } catch (RuntimeException e) {
            feed.close();
            throw e;
        }
    }

    /** Sends a prompt; the future has its answer. */
    public CompletableFuture<Outcome> submit(Prompt prompt) {
        return send(prompt, null);
    }

    /**
     * Sends a prompt and reads its text while it is written. The pieces put together are the completion's text; none
     * comes twice, also where a worker was killed in the middle.
     *
     * @param reader is called on the client's own thread
     */
    public CompletableFuture<Outcome> stream(Prompt prompt, Consumer<TokenChunk> reader) {
        Delivery delivery = new Delivery(
                true, prompt.delivery().onDeadline(), prompt.delivery().onCancel());
        Prompt streamed = new Prompt(
                prompt.request(),
                prompt.dialect(),
                prompt.tenant(),
                prompt.model(),
                prompt.input(),
                prompt.sampling(),
                prompt.answer(),
                prompt.priority(),
                prompt.deadline(),
                prompt.metadata(),
                prompt.source(),
                delivery);
        return send(streamed, reader);
    }

    /**
     * Awaits the answer of a request that somebody else sent, or this program before it was started anew. It may have
     * come before this call, if it was written since {@link ClientSettings#since} and is among the last
     * {@link ClientSettings#passedMax} that nobody waited for.
     */
    public CompletableFuture<Outcome> await(RequestId request) {
        return expect(request, null);
    }

    /** Wants no answer any more: the request is rejected as cancelled unless it has ended. */
    public void cancel(RequestId request) {
        var _ = producer.send(record(request, null));
    }

    /** Stops reading; whoever still waits is told so. */
    @Override
    public void close() {
        producer.close();
        feed.close();
    }

    private CompletableFuture<Outcome> send(Prompt prompt, @Nullable Consumer<TokenChunk> reader) {
        byte[] value = codec.encode(prompt);
        CompletableFuture<Outcome> answer = expect(prompt.request(), reader);
        var _ = producer.send(record(prompt.request(), value), (metadata, problem) -> {
            if (problem != null) {
                answer.completeExceptionally(new IllegalStateException(
                        "request '%s' could not be sent to topic '%s': %s"
                                .formatted(
                                        prompt.request().key(),
                                        settings.topics().prompts(),
                                        problem.getMessage()),
                        problem));
            }
        });
        return answer;
    }

    private CompletableFuture<Outcome> expect(RequestId request, @Nullable Consumer<TokenChunk> reader) {
        if (!places.tryAcquire()) {
            throw new IllegalStateException(
                    "%d requests wait for their answers, which is the most".formatted(settings.waitingMax()));
        }
        try {
            CompletableFuture<Outcome> answer = feed.expect(request, reader);
            var _ = answer.whenComplete((outcome, problem) -> places.release());
            return answer;
        } catch (RuntimeException e) {
            places.release();
            throw e;
        }
    }

    private ProducerRecord<byte[], byte[]> record(RequestId request, byte @Nullable [] value) {
        byte[] key = request.id().getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(settings.topics().prompts(), key, value);
        record.headers().add(Arrival.JOB_HEADER, request.job().getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
