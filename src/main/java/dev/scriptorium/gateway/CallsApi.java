package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.CarriedHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** {@code /v1/chat/completions} and {@code /v1/completions}: one prompt, whose sender waits for the answer. */
final class CallsApi {
    /** For so long a request that is sent again under the same Idempotency-Key gets the first one's answer. */
    static final Duration IDEMPOTENCY_MAX = Duration.ofHours(24);

    private final Producer<byte[], byte[]> producer;
    private final String prompts;
    private final AnswerDesk desk;
    private final Cancellations cancellations;
    private final GatewayLimits limits;
    private final InstantSource clock;
    private final String defaultModel;
    private final Semaphore room;

    CallsApi(
            Producer<byte[], byte[]> producer,
            String prompts,
            AnswerDesk desk,
            Cancellations cancellations,
            String defaultModel,
            GatewayLimits limits,
            InstantSource clock) {
        this.defaultModel = defaultModel;
        this.producer = producer;
        this.prompts = prompts;
        this.desk = desk;
        this.cancellations = cancellations;
        this.limits = limits;
        this.clock = clock;
        this.room = new Semaphore(limits.callsInFlightMax());
    }

    /** @param url one of the two */
    void create(Call call, String url) throws IOException {
        ObjectNode body = call.json(limits.bodyBytesMax());
        boolean stream = body.path("stream").asBoolean(false);
        JsonNode options = body.remove("stream_options");
        boolean wantsUsage = options != null && options.path("include_usage").asBoolean(false);
        Requests.account(body, call.tenant());
        if (!body.has("priority")) {
            body.put("priority", "interactive");
        }
        if (!room.tryAcquire()) {
            throw HttpProblem.tooMany("there are %d calls waiting for their answers, which is the most; try again"
                    .formatted(limits.callsInFlightMax()));
        }
        String key = call.header("Idempotency-Key");
        String id = "call-" + (key == null ? Ids.random() : Ids.of(call.tenant() + "\n" + key));
        call.exchange().getResponseHeaders().set("x-request-id", id);
        try (AnswerDesk.Waiting place = desk.expect(id)) {
            AnswerDesk.News.Answer before =
                    key == null ? null : desk.search(id, clock.instant().minus(IDEMPOTENCY_MAX));
            if (before == null) {
                send(id, Requests.line(id, url, body), CarriedHeaders.of(call::header));
            }
            StreamedAnswer answer =
                    new StreamedAnswer(call, url, body.path("model").asText(defaultModel), clock.instant(), wantsUsage);
            if (before != null) {
                answer.end(before.answer(), stream);
            } else {
                follow(place, id, answer, stream);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HttpProblem.unavailable("the gateway is being stopped");
        } finally {
            room.release();
        }
    }

    private void follow(AnswerDesk.Waiting place, String id, StreamedAnswer answer, boolean stream)
            throws IOException, InterruptedException {
        Instant latest = clock.instant().plus(limits.callWaitMax());
        try {
            while (true) {
                Duration left = Duration.between(clock.instant(), latest);
                AnswerDesk.News news = left.isNegative() ? null : place.next(left);
                switch (news) {
                    case null -> {
                        cancellations.request(new RequestId(AnswerDesk.JOB, id), "nobody waits for it any more");
                        throw HttpProblem.tooLate("there was no answer in %d s, so the request was cancelled"
                                .formatted(limits.callWaitMax().toSeconds()));
                    }
                    case AnswerDesk.News.Piece(var piece) -> {
                        if (stream) {
                            answer.add(piece);
                        }
                    }
                    case AnswerDesk.News.Conflict(var reason) ->
                        throw HttpProblem.conflict("idempotency_key_in_use", reason);
                    case AnswerDesk.News.Answer(var line) -> {
                        answer.end(line, stream);
                        return;
                    }
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The client is gone, and nobody else wants this text.
            cancellations.request(new RequestId(AnswerDesk.JOB, id), "the client closed its connection");
            throw e;
        }
    }

    private void send(String id, ObjectNode line, Map<String, String> carried) throws InterruptedException {
        ProducerRecord<byte[], byte[]> prompt = new ProducerRecord<>(
                prompts, id.getBytes(StandardCharsets.UTF_8), line.toString().getBytes(StandardCharsets.UTF_8));
        prompt.headers().add(Arrival.JOB_HEADER, AnswerDesk.JOB.getBytes(StandardCharsets.UTF_8));
        carried.forEach((name, value) -> prompt.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        try {
            producer.send(prompt).get();
        } catch (ExecutionException e) {
            throw HttpProblem.unavailable("the request could not be published: " + e.getCause());
        }
    }

    void models(Call call, Iterable<String> names) throws IOException {
        ObjectNode list = Call.JSON.createObjectNode();
        list.put("object", "list");
        var data = list.putArray("data");
        names.forEach(name -> data.add(model(name)));
        call.reply(200, list);
    }

    void model(Call call, Map<String, ?> models) throws IOException {
        String name = call.path().getFirst();
        if (!models.containsKey(name)) {
            throw HttpProblem.notFound(
                    "no model '%s' in this pipeline (models: %s)".formatted(name, String.join(", ", models.keySet())));
        }
        call.reply(200, model(name));
    }

    private static ObjectNode model(String name) {
        ObjectNode model = Call.JSON.createObjectNode();
        model.put("id", name).put("object", "model").put("created", 0).put("owned_by", "scriptorium");
        return model;
    }
}
