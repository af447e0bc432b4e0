package dev.scriptorium.topology;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.bell.Bell;
import dev.scriptorium.topology.order.Precedence;
import dev.scriptorium.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first outcome of a request through and no other; sees to those that have none, and forgets requests when
 * their time is over.
 *
 * <p>Workers may answer a request twice, after a crash; the store says whether it is open, and the answer and the
 * store's change are committed together. An attempt that failed for a passing reason is followed by another one after a
 * while. An outcome of a request that nobody knows is put aside: it was never admitted here, or so long ago that a
 * second answer could not be told from a first.
 */
final class Settle extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    /** How often some of the store is looked through, and how many requests each time. */
    static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

    /** How late a timer may be found due. */
    static final Duration TIMER_INTERVAL = Duration.ofMillis(500);

    /** How late one that another step sets while there is none; nobody tells this step of it. */
    static final Duration IDLE_INTERVAL = Duration.ofSeconds(2);

    private static final int SWEEP_REQUESTS_MAX = 10_000;
    private static final int TIMERS_MAX = 2_000;
    private static final RequestBook.Edges EDGES = new RequestBook.Edges(
            Names.COMPLETED, Names.FAILED, Names.REFUND, Names.TALLY, Names.REPLIES, Names.ROW_ANSWERED);

    private final RequestBook.Desk desk;
    private final Pipeline pipeline;
    private final Retention retention;
    private final Stalls stalls;
    private @Nullable RequestBook book;
    private @Nullable Bell bell;
    private @Nullable String sweptTo;

    Settle(RequestBook.Desk desk) {
        this.desk = desk;
        this.pipeline = desk.pipeline();
        this.retention = Retention.of(pipeline);
        this.stalls = new Stalls(pipeline.retries());
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        book = new RequestBook(desk, EDGES, context);
        new Bell(context, SWEEP_INTERVAL, this::sweep).soon();
        bell = new Bell(context, TIMER_INTERVAL, this::ring);
        bell.soon();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Outcome outcome;
        try {
            outcome = decode(record.value());
        } catch (UndecodableException e) {
            putAside(record, "the record on the outcomes topic is no outcome: " + e.getMessage(), null);
            return;
        }
        RequestId request = outcome.request();
        byte[] key = request.key().getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(key, record.key())) {
            putAside(record, "an outcome of '%s' has another key".formatted(request.key()), request);
            return;
        }
        RequestState state = book().requests().find(request.key());
        if (state == null) {
            putAside(
                    record,
                    "no request '%s' is known: never admitted, or forgotten since".formatted(request.key()),
                    request);
        } else if (state.isOpen()) {
            settle(record, outcome, state);
        } else {
            context().forward(record, Names.REPEATED);
        }
    }

    private Outcome decode(byte @Nullable [] value) {
        return book().codec().outcome(value == null ? new byte[0] : value);
    }

    private void settle(Record<byte[], byte[]> record, Outcome outcome, RequestState state) {
        stalls.answered(state);
        boolean tellsACancellation = says(outcome, FinishReason.CANCELLED, ErrorCode.CANCELLED);
        boolean mayBeRepeated = outcome instanceof Rejection rejection && rejection.retryable();
        boolean isCancelled = (tellsACancellation || mayBeRepeated) && isCancelled(outcome.request(), state);
        if (!isCancelled && tellsACancellation) {
            // A worker heard of a cancellation that is none, or that the router has yet to hear of.
            book().assignAgain(outcome.request().key(), state);
            context().forward(record, Names.RETRIED);
            return;
        }
        if (!isCancelled
                && outcome instanceof Rejection rejection
                && rejection.retryable()
                && state.attempt() < pipeline.retries().attemptsMax()) {
            retry(record, rejection, state);
            return;
        }
        book().end(outcome, state);
    }

    /** Of a job or tenant that is being cancelled, its turn may have yet to come. */
    private boolean isCancelled(RequestId request, RequestState state) {
        return state.open().cancelledAt() != null
                || book().cancellations().areAbout(request, state.open().tenant(), state.admittedAt());
    }

    private static boolean says(Outcome outcome, FinishReason reason, ErrorCode code) {
        return switch (outcome) {
            case Completion completion -> completion.finishReason() == reason;
            case Rejection rejection -> rejection.code() == code;
        };
    }

    private void retry(Record<byte[], byte[]> record, Rejection rejection, RequestState state) {
        if (state.open().retryAt() != null) {
            // Another worker failed on the attempt that is to be repeated anyway.
            context().forward(record, Names.REPEATED);
            return;
        }
        Instant at = book().now().plus(pipeline.retries().before(state.attempt() + 1));
        String key = rejection.request().key();
        book().postpone(key, state, at);
        Objects.requireNonNull(bell).soon();
        context().forward(record, Names.RETRIED);
    }

    /** Does what is due: retries, deadlines, cancellations for which no worker hands in a text. */
    private Duration ring(Instant now) {
        for (String key : book().timers().takeDue(now, TIMERS_MAX)) {
            RequestState state = book().requests().find(key);
            if (state != null && state.isOpen()) {
                act(key, state, now);
            }
        }
        Instant first = book().timers().first();
        return first == null || first.isAfter(now.plus(IDLE_INTERVAL)) ? IDLE_INTERVAL : Duration.between(now, first);
    }

    private void act(String key, RequestState state, Instant now) {
        Instant cancelledAt = state.open().cancelledAt();
        Instant retryAt = state.open().retryAt();
        if (cancelledAt != null
                && !cancelledAt.plus(pipeline.limits().partialWait()).isAfter(now)) {
            String message = "the request was cancelled at %s, and no worker had begun its text".formatted(cancelledAt);
            book().reject(key, state, ErrorCode.CANCELLED, message);
        } else if (book().isLate(key, now)) {
            String message = "the deadline passed, and at %s the text was not finished".formatted(now);
            book().reject(key, state, ErrorCode.DEADLINE_EXCEEDED, message);
        } else if (retryAt != null && !retryAt.isAfter(now)) {
            book().assignAgain(key, state);
        }
    }

    private void putAside(Record<byte[], byte[]> record, String reason, @Nullable RequestId request) {
        Record<byte[], byte[]> written = record.withTimestamp(Precedence.asWritten(record.timestamp()));
        Origin origin = Origin.of(written, context().recordMetadata().orElseThrow());
        context()
                .forward(
                        origin.deadLetter(
                                record.value(),
                                record.headers(),
                                reason,
                                request,
                                book().now().toEpochMilli()),
                        Names.STRAY);
    }

    /** Looks through the next part of the store, so that no single turn takes long however many requests there are. */
    private Duration sweep(Instant now) {
        sweptTo = book().requests().visit("", sweptTo, SWEEP_REQUESTS_MAX, (key, state) -> {
            switch (retention.verdict(state, now)) {
                case KEEP -> {
                    if (stalls.isStalled(key, state, now)) {
                        book().assignAgain(key, state.nextAttempt());
                    }
                }
                case FORGET -> book().requests().forget(key);
                case GIVE_UP -> giveUp(key, state);
            }
        });
        if (sweptTo == null) {
            stalls.passed();
        }
        return SWEEP_INTERVAL;
    }

    private void giveUp(String key, RequestState state) {
        String message = "no worker answered since %s, and lane '%s' no longer has the prompt; send it again under"
                .formatted(state.admittedAt(), state.lane());
        book().reject(key, state, ErrorCode.WORKER_FAILED, message + " another id");
    }

    private RequestBook book() {
        if (book == null) {
            throw new IllegalStateException("settle was used before it was initialised");
        }
        return book;
    }
}
