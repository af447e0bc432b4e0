package dev.scriptorium.topology;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.bell.Bell;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Ends requests that nobody wants an answer to any more.
 *
 * <p>One id is cancelled at once. A job or a tenant may have millions of requests, so it is worked through in slices,
 * and a restart in the middle begins that again; what was admitted after the router heard of it is left alone. A
 * cancellation is remembered for a while, because its prompt may come after it.
 *
 * <p>The router alone decides. Workers hear of the same by a topic of their own and stop writing, which saves work and
 * decides nothing: what they answer about a request that is over is dropped.
 */
final class Cancel extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    static final Duration SLICE_INTERVAL = Duration.ofMillis(500);
    private static final RequestBook.Edges EDGES = new RequestBook.Edges(
            Names.WITHDRAWN,
            Names.WITHDRAWN,
            Names.RELEASED,
            Names.TALLY_EARLY,
            Names.REPLIES_EARLY,
            Names.ROW_WITHDRAWN);
    private static final int SLICE_REQUESTS_MAX = 2_000;

    private final RequestBook.Desk desk;
    private final Pipeline pipeline;
    private @Nullable RequestBook book;
    private @Nullable Bell bell;
    private Cancellations.@Nullable Entry running;
    private @Nullable String doneTo;
    /** Whether there may be unfinished ones that are not looked at yet, as after a start. */
    private boolean more = true;

    Cancel(RequestBook.Desk desk) {
        this.desk = desk;
        this.pipeline = desk.pipeline();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        book = new RequestBook(desk, EDGES, context);
        bell = new Bell(context, SLICE_INTERVAL, _ -> slice());
        bell.soon();
        new Bell(context, Settle.SWEEP_INTERVAL, this::sweep).soon();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Cancellation cancellation = book().codec().cancellation(record.value());
        boolean isOne = cancellation.target() instanceof Cancellation.Target.OfRequest;
        book().cancellations().put(new Cancellations.Entry(cancellation, book().now(), isOne));
        if (cancellation.target() instanceof Cancellation.Target.OfRequest(var request)) {
            RequestState state = book().requests().find(request.key());
            if (state != null && state.isOpen()) {
                cancel(request.key(), state, cancellation);
            }
        } else {
            more = true;
            Objects.requireNonNull(bell).soon();
        }
        context().forward(record, Names.NOTED);
    }

    private void cancel(String key, RequestState state, Cancellation cancellation) {
        if (state.open().cancelledAt() != null) {
            return;
        }
        Assignment assignment = book().assignment(key);
        if (assignment != null
                && !cancellation.ends(
                        assignment.prompt().request(), assignment.prompt().tenant(), assignment.sentAt())) {
            // Sent after its job was cancelled, and let in before the router heard of that: new work.
            return;
        }
        boolean isWithWorker = state.open().retryAt() == null;
        if (assignment != null
                && isWithWorker
                && assignment.prompt().delivery().onCancel() == Delivery.Unfinished.PARTIAL) {
            Instant now = book().now();
            book().requests().put(key, state.cancelling(now));
            book().timers().set(now.plus(pipeline.limits().partialWait()), key);
        } else {
            book().reject(key, state, ErrorCode.CANCELLED, cancellation.sentence());
        }
    }

    private Duration sweep(Instant now) {
        book().cancellations().forgetOlderThan(pipeline.limits().cancellationRetention(), now);
        return Settle.SWEEP_INTERVAL;
    }

    /** Cancels some more of the job or tenant that is being cancelled. */
    private @Nullable Duration slice() {
        Cancellations.Entry entry = next();
        if (entry == null) {
            return null;
        }
        String prefix = entry.cancellation().target() instanceof Cancellation.Target.OfJob(String job) ? job + "/" : "";
        doneTo = book().requests().visit(prefix, doneTo, SLICE_REQUESTS_MAX, (key, state) -> {
            if (state.isOpen()
                    && entry.ends(RequestBook.requestOf(key), state.open().tenant(), state.admittedAt())) {
                cancel(key, state, entry.cancellation());
            }
        });
        if (doneTo == null) {
            book().cancellations().finish(entry);
            running = null;
            more = true;
        }
        return SLICE_INTERVAL;
    }

    private Cancellations.@Nullable Entry next() {
        if (running == null && more) {
            Iterator<Cancellations.Entry> unfinished =
                    book().cancellations().unfinished().iterator();
            more = unfinished.hasNext();
            running = more ? unfinished.next() : null;
        }
        return running;
    }

    private RequestBook book() {
        if (book == null) {
            throw new IllegalStateException("cancel was used before it was initialised");
        }
        return book;
    }
}
