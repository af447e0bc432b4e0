package dev.scriptorium.topology;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.ReplyAddress;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.Router;
import dev.scriptorium.pipeline.Routing;
import dev.scriptorium.topology.quota.Charge;
import dev.scriptorium.topology.reply.ReplyHeads;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.PromptDecoder;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
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
    private static final RequestBook.Edges EDGES = new RequestBook.Edges(
            Names.REFUSED, Names.REFUSED, Names.GIVE_BACK, Names.TALLY_EARLY, Names.REPLIES_EARLY, Names.ROW_REFUSED);

    private final RequestBook.Desk desk;
    private final Pipeline pipeline;
    private final Router router;
    private final PromptDecoder decoder;
    private final int assignmentBytesMax;
    private final List<String> replyTopics;
    private @Nullable RequestBook book;

    Admit(RequestBook.Desk desk) {
        this.desk = desk;
        this.pipeline = desk.pipeline();
        this.router = new Router(pipeline);
        this.decoder = new PromptDecoder(pipeline.limits().recordBytesMax());
        this.replyTopics = pipeline.integrations().replyTopicNames();
        this.assignmentBytesMax = pipeline.limits().arrivalBytesMax();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        book = new RequestBook(desk, EDGES, context);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Origin origin = Origin.read(record.headers());
        switch (understand(record, origin)) {
            case Decoded.Accepted(var prompt) -> take(record, origin, prompt);
            case Decoded.Refused(var rejection, var digest) -> {
                if (isNew(record, origin, rejection.request(), digest)) {
                    SortedMap<String, String> headers = RecordHeads.carried(record.headers());
                    book().refuse(
                                    rejection,
                                    digest,
                                    headers,
                                    Ask.of(record, replyTopics).reply());
                }
            }
            case Decoded.Cancelled(var cancellation) -> putAside(record, origin, cancellation.sentence(), null);
            case Decoded.Unreadable(var reason) -> putAside(record, origin, reason, null);
        }
    }

    /** What the router itself made of a recipe was never JSON. */
    private Decoded understand(Record<byte[], byte[]> record, Origin origin) {
        return Origin.isExpanded(record.headers())
                ? book().codec().intake(record.value())
                : decoder.decode(origin.arrival(record.value(), record.headers()));
    }

    private void take(Record<byte[], byte[]> record, Origin origin, Prompt prompt) {
        String digest = book().codec().contentDigest(prompt);
        Charge.Verdict quota = Charge.verdict(record.headers());
        Ask ask = Ask.of(record, replyTopics);
        Arrived arrived = new Arrived(prompt, digest, RecordHeads.carried(record.headers()), ask);
        if (isNew(record, origin, prompt.request(), digest) && admit(origin, arrived, quota)) {
            return;
        }
        book().refund(prompt.tenant(), quota.reservedTokens());
    }

    /** A prompt, what tells it from others, the headers that go on with it, and what they ask for. */
    private record Arrived(Prompt prompt, String digest, SortedMap<String, String> headers, Ask ask) {}

    /**
     * What a request's headers say of its answer.
     *
     * @param wrong what they may not say; null if nothing
     */
    private record Ask(@Nullable ReplyAddress reply, ReplyHeads.Asked.@Nullable Wrong wrong) {
        static Ask of(Record<byte[], byte[]> record, List<String> allowed) {
            return switch (ReplyHeads.read(record.headers(), allowed)) {
                case ReplyHeads.Asked.Nothing() -> new Ask(null, null);
                case ReplyHeads.Asked.Reply(var address) -> new Ask(address, null);
                case ReplyHeads.Asked.Wrong wrong -> new Ask(wrong.address(), wrong);
            };
        }
    }

    private boolean admit(Origin origin, Arrived arrived, Charge.Verdict quota) {
        Prompt prompt = arrived.prompt();
        Instant sentAt = Instant.ofEpochMilli(origin.at());
        Cancellation cancellation = book().cancellations().ending(prompt.request(), prompt.tenant(), sentAt);
        if (cancellation != null) {
            return refuse(
                    arrived, Rejection.of(prompt, ErrorCode.CANCELLED, cancellation.sentence(), null, book().now()));
        }
        ReplyHeads.Asked.Wrong wrong = arrived.ask().wrong();
        if (wrong != null) {
            return refuse(
                    arrived, Rejection.of(prompt, ErrorCode.INVALID_VALUE, wrong.rule(), wrong.field(), book().now()));
        }
        String overQuota = quota.refusal();
        if (overQuota != null) {
            return refuse(arrived, Rejection.of(prompt, ErrorCode.QUOTA_EXCEEDED, overQuota, null, book().now()));
        }
        return switch (router.route(prompt, book().now())) {
            case Routing.ToLane toLane -> assign(toLane, arrived, quota.reservedTokens(), sentAt);
            case Routing.Refused(var rejection) -> refuse(arrived, rejection);
        };
    }

    private boolean assign(Routing.ToLane routing, Arrived arrived, long reservedTokens, Instant sentAt) {
        Prompt prompt = routing.prompt();
        String lane = routing.lane().name();
        Instant now = book().now();
        Assignment assignment = new Assignment(prompt, lane, 1, now, arrived.headers(), sentAt);
        byte[] bytes = book().codec().encode(assignment);
        if (bytes.length > assignmentBytesMax) {
            String message = "the prompt has %d bytes with the pipeline's defaults, but a lane takes at most %d"
                    .formatted(bytes.length, assignmentBytesMax);
            return refuse(arrived, Rejection.of(prompt, ErrorCode.PROMPT_TOO_LARGE, message, null, book().now()));
        }
        RequestState fresh = new RequestState(
                arrived.digest(),
                RequestState.Phase.ADMITTED,
                lane,
                1,
                now,
                null,
                new RequestState.Open(
                        prompt.tenant(),
                        -1,
                        null,
                        null,
                        null,
                        reservedTokens,
                        arrived.ask().reply()));
        book().assign(assignment, bytes, routing.lane(), fresh, Names.lane(routing.lane()));
        book().count(new JobTally(prompt.request().job(), 1, 0, 0, 0, 0, now));
        return true;
    }

    private boolean refuse(Arrived arrived, Rejection rejection) {
        book().refuse(
                        rejection,
                        arrived.digest(),
                        arrived.headers(),
                        arrived.ask().reply());
        return false;
    }

    /** Whether the id was never seen; if it was, the record leaves here. */
    private boolean isNew(Record<byte[], byte[]> record, Origin origin, RequestId request, String digest) {
        RequestState known = book().requests().find(request.key());
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
        Charge.clear(record.headers());
        context()
                .forward(
                        origin.deadLetter(
                                record.value(),
                                record.headers(),
                                reason,
                                request,
                                book().now().toEpochMilli()),
                        Names.CONFLICT);
    }

    private RequestBook book() {
        if (book == null) {
            throw new IllegalStateException("admit was used before it was initialised");
        }
        return book;
    }
}
