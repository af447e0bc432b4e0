package dev.scriptorium.topology;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.Router;
import dev.scriptorium.pipeline.Routing;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.PromptDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request id in once.
 *
 * <p>The idea: the store says whether an id was seen. A new one goes on its lane or is refused, and the store remembers
 * which; the same content again is a redelivery and ends here; other content under the same id is put aside, because
 * one id has one answer. Store, lane and offset are committed together.
 */
final class Admit extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Router router;
    private final PromptDecoder decoder;
    private final EventCodec codec;
    private final Answers answers;
    private final int assignmentBytesMax;
    private @Nullable Requests requests;

    Admit(Pipeline pipeline) {
        this.router = new Router(pipeline);
        this.decoder = new PromptDecoder(pipeline.limits().recordBytesMax());
        this.codec = new EventCodec();
        this.answers = new Answers(pipeline);
        this.assignmentBytesMax = pipeline.limits().arrivalBytesMax();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        requests = new Requests(context.getStateStore(Names.REQUESTS_STORE), codec);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Origin origin = Origin.read(record.headers());
        switch (decoder.decode(origin.arrival(record.value(), record.headers()))) {
            case Decoded.Accepted(var prompt) -> take(record, origin, prompt);
            case Decoded.Refused(var rejection, var digest) -> {
                if (isNew(record, origin, rejection.request(), digest)) {
                    refuse(rejection, digest);
                }
            }
            case Decoded.Cancelled(var cancellation) -> putAside(record, origin, cancellation.sentence(), null);
            case Decoded.Unreadable(var reason) -> putAside(record, origin, reason, null);
        }
    }

    private void take(Record<byte[], byte[]> record, Origin origin, Prompt prompt) {
        String digest = codec.contentDigest(prompt);
        if (!isNew(record, origin, prompt.request(), digest)) {
            return;
        }
        switch (router.route(prompt, now())) {
            case Routing.ToLane toLane -> assign(toLane, digest);
            case Routing.Refused(var rejection) -> refuse(rejection, digest);
        }
    }

    private void assign(Routing.ToLane routing, String digest) {
        Prompt prompt = routing.prompt();
        String lane = routing.lane().name();
        byte[] assignment = codec.encode(new Assignment(prompt, lane, 1, now()));
        if (assignment.length > assignmentBytesMax) {
            String message = "the prompt has %d bytes with the pipeline's defaults, but a lane takes at most %d"
                    .formatted(assignment.length, assignmentBytesMax);
            refuse(Rejection.of(prompt, ErrorCode.PROMPT_TOO_LARGE, message, null, now()), digest);
            return;
        }
        RequestId request = prompt.request();
        store().put(request.key(), new RequestState(digest, RequestState.Phase.ADMITTED, lane, 1, now(), null));
        forward(request.key(), assignment, Names.lane(routing.lane()));
        count(new JobTally(request.job(), 1, 0, 0, 0, 0, now()));
    }

    private void refuse(Rejection rejection, String digest) {
        RequestId request = rejection.request();
        store().put(request.key(), new RequestState(digest, RequestState.Phase.REJECTED, null, 0, now(), now()));
        Answers.Answer answer = answers.write(rejection, now());
        context().forward(answers.record(answer, digest, now()), Names.REFUSED);
        count(new JobTally(request.job(), 0, 0, 1, 0, 0, now()));
    }

    /** Whether the id was never seen; if it was, the record leaves here. */
    private boolean isNew(Record<byte[], byte[]> record, Origin origin, RequestId request, String digest) {
        RequestState known = store().find(request.key());
        if (known == null) {
            return true;
        }
        if (known.contentDigest().equals(digest)) {
            context().forward(record, Names.DUPLICATE);
        } else {
            putAside(record, origin, conflict(request, known), request);
        }
        return false;
    }

    private static String conflict(RequestId request, RequestState known) {
        String fate = switch (known.phase()) {
            case ADMITTED -> "waits for its answer";
            case COMPLETED -> "was answered at " + known.settledAt();
            case REJECTED -> "was rejected at " + known.settledAt();
        };
        return "id '%s' of job '%s' is taken: it first came at %s with other content and %s; use another id or job"
                .formatted(request.id(), request.job(), known.admittedAt(), fate);
    }

    private void putAside(Record<byte[], byte[]> record, Origin origin, String reason, @Nullable RequestId request) {
        context()
                .forward(
                        origin.deadLetter(record.value(), record.headers(), reason, request, now().toEpochMilli()),
                        Names.CONFLICT);
    }

    private void count(JobTally change) {
        forward(change.job(), codec.encode(change), Names.TALLY);
    }

    private void forward(String key, byte[] value, String edge) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        context().forward(new Record<>(bytes, value, now().toEpochMilli(), RecordHeads.none()), edge);
    }

    /** Records get the time at which they are written: by an older one, the broker might delete them at once. */
    private Instant now() {
        return Instant.ofEpochMilli(context().currentSystemTimeMs());
    }

    private Requests store() {
        if (requests == null) {
            throw new IllegalStateException("admit was used before it was initialised");
        }
        return requests;
    }
}
