package dev.scriptorium.topology;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first outcome of a request through and no other, and forgets requests when their time is over.
 *
 * <p>Workers may answer a request twice, after a crash; the store says whether it is open, and the answer and the
 * store's change are committed together. An outcome of a request that nobody knows is put aside: it was never admitted
 * here, or so long ago that a second answer could not be told from a first.
 */
final class Settle extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    /** How often some of the store is looked through, and how many requests each time. */
    static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

    private static final int SWEEP_REQUESTS_MAX = 10_000;

    private final EventCodec codec = new EventCodec();
    private final Answers answers;
    private final Retention retention;
    private @Nullable Requests requests;
    private @Nullable String sweptTo;

    Settle(Pipeline pipeline) {
        this.answers = new Answers(pipeline);
        this.retention = Retention.of(pipeline);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        requests = new Requests(context.getStateStore(Names.REQUESTS_STORE), codec);
        context.schedule(SWEEP_INTERVAL, PunctuationType.WALL_CLOCK_TIME, at -> sweep(Instant.ofEpochMilli(at)));
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
        RequestState state = store().find(request.key());
        if (state == null) {
            putAside(
                    record,
                    "no request '%s' is known: never admitted, or forgotten since".formatted(request.key()),
                    request);
        } else if (state.phase() == RequestState.Phase.ADMITTED) {
            settle(outcome, state);
        } else {
            context().forward(record, Names.REPEATED);
        }
    }

    private Outcome decode(byte @Nullable [] value) {
        return codec.outcome(value == null ? new byte[0] : value);
    }

    private void settle(Outcome outcome, RequestState state) {
        Answers.Answer answer = answers.write(outcome, now());
        RequestId request = outcome.request();
        RequestState.Phase phase;
        String edge;
        JobTally change;
        // What is written counts, which is not what the worker said if that was too long.
        switch (answer.outcome()) {
            case Completion completion -> {
                phase = RequestState.Phase.COMPLETED;
                edge = Names.COMPLETED;
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
                edge = Names.FAILED;
                change = new JobTally(request.job(), 0, 0, 1, 0, 0, now());
            }
        }
        store().put(
                        request.key(),
                        new RequestState(
                                state.contentDigest(),
                                phase,
                                state.lane(),
                                state.attempt(),
                                state.admittedAt(),
                                now()));
        context().forward(answers.record(answer, state.contentDigest(), now()), edge);
        byte[] job = request.job().getBytes(StandardCharsets.UTF_8);
        context().forward(new Record<>(job, codec.encode(change), now().toEpochMilli()), Names.TALLY);
    }

    private void putAside(Record<byte[], byte[]> record, String reason, @Nullable RequestId request) {
        Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
        context()
                .forward(
                        origin.deadLetter(record.value(), record.headers(), reason, request, now().toEpochMilli()),
                        Names.STRAY);
    }

    /** Looks through the next part of the store, so that no single turn takes long however many requests there are. */
    private void sweep(Instant now) {
        sweptTo = store().visit(sweptTo, SWEEP_REQUESTS_MAX, (key, state) -> {
            switch (retention.verdict(state, now)) {
                case KEEP -> {}
                case FORGET -> store().forget(key);
                case GIVE_UP -> settle(lost(key, state, now), state);
            }
        });
    }

    /** The prompt itself is gone with its lane's retention, so this answer knows no more than the id. */
    private Rejection lost(String key, RequestState state, Instant now) {
        int slash = key.indexOf('/');
        return new Rejection(
                new RequestId(key.substring(0, slash), key.substring(slash + 1)),
                Dialect.PLAIN,
                Prompt.DEFAULT_TENANT,
                ErrorCode.WORKER_FAILED,
                "no worker answered since %s, and lane '%s' no longer has the prompt; send it again under another id"
                        .formatted(state.admittedAt(), state.lane()),
                null,
                null,
                now,
                Map.of());
    }

    private Instant now() {
        return Instant.ofEpochMilli(context().currentSystemTimeMs());
    }

    private Requests store() {
        if (requests == null) {
            throw new IllegalStateException("settle was used before it was initialised");
        }
        return requests;
    }
}
