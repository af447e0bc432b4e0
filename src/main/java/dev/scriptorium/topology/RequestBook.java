package dev.scriptorium.topology;

import dev.scriptorium.dataset.run.RowRequest;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.ReplyAddress;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.LaneChoice;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.quota.Charge;
import dev.scriptorium.topology.recipe.Note;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What admit, cancel and settle do alike on the stores that they share: put a request on a lane, and end it. All that
 * belongs to one request changes together, and is committed together with what is sent.
 */
final class RequestBook {
    private final Pipeline pipeline;
    private final ProcessorContext<byte[], byte[]> context;
    private final EventCodec codec = new EventCodec();
    private final Answers answers;
    private final Set<String> replyTopics;
    private final LanePlaces places;
    private final RequestObserver observer;
    private final Edges edges;
    private final Requests requests;
    private final KeyValueStore<String, byte[]> assignments;
    private final Timers timers;
    private final Cancellations cancellations;
    private final Backlog backlog;

    /** What admit, cancel and settle share beside the stores. */
    record Desk(Pipeline pipeline, LanePlaces places, RequestObserver observer, AnswerFrame frame) {}

    /** Where answers and refunds leave the step that holds the book. */
    record Edges(String completed, String rejected, String refund, String tally, String replies, String rows) {}

    RequestBook(Desk desk, Edges edges, ProcessorContext<byte[], byte[]> context) {
        Pipeline pipeline = desk.pipeline();
        this.pipeline = pipeline;
        this.context = context;
        this.answers = new Answers(pipeline, desk.frame());
        this.replyTopics = Set.copyOf(pipeline.integrations().replyTopicNames());
        this.places = desk.places();
        this.observer = desk.observer();
        this.edges = edges;
        this.requests = new Requests(context.getStateStore(Names.REQUESTS_STORE), codec);
        this.assignments = context.getStateStore(Names.ASSIGNMENTS_STORE);
        this.timers = new Timers(context.getStateStore(Names.TIMERS_STORE));
        this.cancellations = new Cancellations(context.getStateStore(Names.CANCELLATIONS_STORE), codec);
        this.backlog = new Backlog(context.getStateStore(Names.BACKLOG_STORE));
    }

    Requests requests() {
        return requests;
    }

    Timers timers() {
        return timers;
    }

    Cancellations cancellations() {
        return cancellations;
    }

    EventCodec codec() {
        return codec;
    }

    /** The assignment of an open request; null if an earlier version admitted it. */
    @Nullable
    Assignment assignment(String key) {
        byte[] bytes = assignments.get(key);
        return bytes == null ? null : codec.assignment(bytes);
    }

    /** Puts a request on its lane; {@code edge} leads there. */
    void assign(Assignment assignment, byte[] bytes, Lane lane, RequestState state, String edge) {
        Prompt prompt = assignment.prompt();
        String key = prompt.request().key();
        int partition = LaneChoice.partition(
                prompt,
                lane.topic().partitions(),
                spillAfter(lane),
                backlog.of(lane.name()),
                each -> backlog.of(lane.name(), each));
        leaveLane(state);
        backlog.add(lane.name(), partition, 1);
        requests.put(key, state.assigned(assignment.attempt(), partition, now()));
        assignments.put(key, bytes);
        Instant dueAt = answerDueAt(prompt);
        if (dueAt != null) {
            timers.set(dueAt, key);
        }
        places.choose(key, partition);
        forward(key, bytes, assignment.headers(), edge);
    }

    /** Puts an open request on its lane another time. */
    void assignAgain(String key, RequestState state) {
        Assignment before = assignment(key);
        Lane lane = pipeline.lanes().stream()
                .filter(each -> each.name().equals(state.lane()))
                .findFirst()
                .orElse(null);
        if (before == null || lane == null) {
            reject(
                    key,
                    state,
                    ErrorCode.WORKER_FAILED,
                    before == null
                            ? "the router no longer has the prompt; send it again under another id"
                            : "lane '%s' is no longer in the pipeline".formatted(state.lane()));
            return;
        }
        Assignment next = before.withAttempt(state.attempt());
        assign(next, codec.encode(next), lane, state, Names.again(lane));
    }

    /** An attempt failed: another one is made at that time. */
    void postpone(String key, RequestState state, Instant at) {
        leaveLane(state);
        requests.put(key, state.retrying(at));
        timers.set(at, key);
    }

    /** Whether the time is over in which an open request may be answered. */
    boolean isLate(String key, Instant now) {
        Assignment assignment = assignment(key);
        Instant dueAt = assignment == null ? null : answerDueAt(assignment.prompt());
        return dueAt != null && !dueAt.isAfter(now);
    }

    /** Ends a request: the answer goes out, and nothing but its id and its fate is kept. */
    void end(Outcome outcome, RequestState state) {
        Answers.Answer answer = answers.write(outcome, now());
        RequestId request = outcome.request();
        String key = request.key();
        Assignment assignment = assignment(key);
        leaveLane(state);
        clearTimers(key, assignment, state);
        assignments.delete(key);
        // What is written counts, which is not what the worker said if that was too long.
        RequestState.Phase phase;
        String edge;
        JobTally change;
        switch (answer.outcome()) {
            case Completion completion -> {
                phase = RequestState.Phase.COMPLETED;
                edge = edges.completed();
                change = new JobTally(
                        request.job(),
                        0,
                        1,
                        0,
                        completion.usage().promptTokens(),
                        completion.usage().completionTokens(),
                        now());
            }
            case Rejection _ -> {
                phase = RequestState.Phase.REJECTED;
                edge = edges.rejected();
                change = new JobTally(request.job(), 0, 0, 1, 0, 0, now());
            }
        }
        requests.put(key, state.settled(phase, now()));
        Map<String, String> carried = assignment == null ? Map.of() : assignment.headers();
        ReplyAddress reply = state.open().reply();
        send(answers.record(answer, state.contentDigest(), carried, reply, now()), edge, reply);
        observer.ended(answer.outcome(), Duration.between(state.admittedAt(), now()));
        tellRow(answer.outcome());
        count(change);
        refund(state.open().tenant(), state.open().reservedTokens());
    }

    /** Ends an open request without text, in the words of the router. */
    void reject(String key, RequestState state, ErrorCode code, String message) {
        Assignment assignment = assignment(key);
        if (assignment != null) {
            end(Rejection.of(assignment.prompt(), code, message, null, now()), state);
            return;
        }
        // Admitted by a version that kept no prompts: this answer knows no more than the id.
        end(
                new Rejection(
                        requestOf(key),
                        Dialect.PLAIN,
                        Prompt.DEFAULT_TENANT,
                        code,
                        message,
                        null,
                        null,
                        now(),
                        Map.of()),
                state);
    }

    /** The opposite of {@link RequestId#key}. */
    static RequestId requestOf(String key) {
        int slash = key.indexOf('/');
        return new RequestId(key.substring(0, slash), key.substring(slash + 1));
    }

    /**
     * Refuses a request that never gets on a lane.
     *
     * @param carried headers of its record
     * @param reply where else its answer goes; null for nowhere
     */
    void refuse(Rejection rejection, String digest, Map<String, String> carried, @Nullable ReplyAddress reply) {
        RequestId request = rejection.request();
        Answers.Answer answer = answers.write(rejection, now());
        requests.put(request.key(), new RequestState(digest, RequestState.Phase.REJECTED, null, 0, now(), now()));
        send(answers.record(answer, digest, carried, reply, now()), edges.rejected(), reply);
        tellRow(answer.outcome());
        count(new JobTally(request.job(), 0, 0, 1, 0, 0, now()));
        observer.ended(answer.outcome(), null);
    }

    private void send(Record<byte[], byte[]> answer, String edge, @Nullable ReplyAddress reply) {
        context.forward(answer, edge);
        String topic = reply == null ? null : reply.topic();
        // A topic may have left the pipeline since the request came.
        if (reply != null && topic != null && replyTopics.contains(topic)) {
            context.forward(Answers.reply(answer, topic, reply.partition()), edges.replies());
        }
    }

    /** The recipe that waits for the answer gets it too. */
    private void tellRow(Outcome outcome) {
        Map<String, String> metadata = switch (outcome) {
            case Completion completion -> completion.metadata();
            case Rejection rejection -> rejection.metadata();
        };
        if (RowRequest.of(metadata) != null) {
            byte[] bytes = codec.encode(outcome);
            context.forward(Note.ANSWER.about(outcome.request().job(), bytes, now().toEpochMilli()), edges.rows());
        }
    }

    /** Gives back what a tenant's quota was charged with, if it was. */
    void refund(@Nullable String tenant, long tokens) {
        if (tenant == null || tokens < 0) {
            return;
        }
        context.forward(Charge.refund(tenant, tokens, now().toEpochMilli()), edges.refund());
    }

    void count(JobTally change) {
        forward(change.job(), codec.encode(change), Map.of(), edges.tally());
    }

    /** When the router itself answers a request that nobody else has answered by then; null for never. */
    @Nullable
    Instant answerDueAt(Prompt prompt) {
        Instant deadline = prompt.deadline();
        if (deadline == null || prompt.delivery().onDeadline() == Delivery.Unfinished.REJECT) {
            return deadline;
        }
        return deadline.plus(pipeline.limits().partialWait());
    }

    /** Records get the time at which they are written: by an older one, the broker might delete them at once. */
    Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }

    private long spillAfter(Lane lane) {
        // This task sees one in so many prompts.
        int tasks = pipeline.topics().outcomes().partitions();
        return Math.max(1, (lane.spillAfter() + tasks - 1) / tasks);
    }

    private void leaveLane(RequestState state) {
        String lane = state.lane();
        if (lane != null && state.open().lanePartition() >= 0) {
            backlog.add(lane, state.open().lanePartition(), -1);
        }
    }

    private void clearTimers(String key, @Nullable Assignment assignment, RequestState state) {
        Instant dueAt = assignment == null ? null : answerDueAt(assignment.prompt());
        if (dueAt != null) {
            timers.clear(dueAt, key);
        }
        Instant retryAt = state.open().retryAt();
        if (retryAt != null) {
            timers.clear(retryAt, key);
        }
        Instant cancelledAt = state.open().cancelledAt();
        if (cancelledAt != null) {
            timers.clear(cancelledAt.plus(pipeline.limits().partialWait()), key);
        }
    }

    private void forward(String key, byte[] value, Map<String, String> carried, String edge) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        context.forward(
                new Record<>(bytes, value, now().toEpochMilli(), RecordHeads.put(RecordHeads.none(), carried)), edge);
    }
}
