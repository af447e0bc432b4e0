package dev.scriptorium.node.service;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.gateway.LaneBacklogs;
import dev.scriptorium.metrics.Meters;
import dev.scriptorium.metrics.Metric;
import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.RequestObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the router does, counted; and what waits on its lanes, which is asked of Kafka when somebody wants to know. */
final class RouterMetrics implements RequestObserver, AutoCloseable {
    private static final String OTHER_MODEL = "other";

    private final Meters meters;
    private final Pipeline pipeline;
    private final InstantSource clock;
    private final Map<FinishReason, Counter> completions = new EnumMap<>(FinishReason.class);
    private final Map<ErrorCode, Counter> rejections = new EnumMap<>(ErrorCode.class);
    private final Map<Way, Counter> exits = new ConcurrentHashMap<>();
    private final Map<String, Usage> usage = new HashMap<>();
    /** By partition of the prompts. */
    private final Map<Integer, Long> awaiting = new ConcurrentHashMap<>();

    private final Counter late;
    private final Counter cancelled;
    private final Timer latency;
    private @Nullable LaneBacklogs backlogs;

    /** Tokens of the completions of one model. */
    private record Usage(DistributionSummary input, DistributionSummary output) {}

    private record Way(Metric metric, String name) {}

    RouterMetrics(Meters meters, Pipeline pipeline, InstantSource clock) {
        this.meters = meters;
        this.pipeline = pipeline;
        this.clock = clock;
        this.latency = meters.timer(Metric.E2E_REQUEST_LATENCY_SECONDS);
        this.late = meters.counter(Metric.EXCEEDED_DEADLINE_REQUESTS_TOTAL, new String[0]);
        this.cancelled = meters.counter(Metric.CANCELLED_REQUESTS_TOTAL, new String[0]);
        // All that may come are there from the start, at 0, so that a rate over the first one shows.
        for (FinishReason reason : FinishReason.values()) {
            completions.put(reason, meters.counter(Metric.REQUEST_SUCCESS_TOTAL, lower(reason)));
        }
        for (ErrorCode code : ErrorCode.values()) {
            rejections.put(code, meters.counter(Metric.REJECTIONS_TOTAL, code.code()));
        }
        for (Lane lane : pipeline.lanes()) {
            left(Exit.LANE, lane.name(), 0);
            left(Exit.LANE_AGAIN, lane.name(), 0);
            meters.gauge(Metric.LANE_BACKLOG, () -> waiting(lane.name()), lane.name(), lane.model());
        }
        Stream.concat(pipeline.models().keySet().stream(), Stream.of(OTHER_MODEL))
                .forEach(model -> usage.put(model, new Usage(tokens(model, "input"), tokens(model, "output"))));
        meters.gauge(Metric.RECORDS_AWAITING_SCHEMA, this::awaitingSchema);
        left(Exit.DEAD_LETTER, "unreadable", 0);
        left(Exit.DROPPED, "duplicate", 0);
    }

    @Override
    public void left(Exit exit, String name) {
        left(exit, name, 1);
    }

    @Override
    public void ended(Outcome outcome, @Nullable Duration sinceAdmission) {
        if (sinceAdmission != null) {
            latency.record(sinceAdmission);
        }
        switch (outcome) {
            case Completion completion -> {
                completed(completion.finishReason());
                used(completion);
            }
            case Rejection rejection -> rejected(rejection.code());
        }
    }

    @Override
    public void awaitSchemas(int partition, long records) {
        awaiting.put(partition, records);
    }

    private double awaitingSchema() {
        return awaiting.values().stream().mapToDouble(Long::doubleValue).sum();
    }

    private void used(Completion completion) {
        Usage counted = usage.get(completion.provenance().model());
        Usage of = counted == null ? usage.get(OTHER_MODEL) : counted;
        if (of != null) {
            of.input().record(completion.usage().promptTokens());
            of.output().record(completion.usage().completionTokens());
        }
    }

    private DistributionSummary tokens(String model, String type) {
        return meters.sizes(Metric.CLIENT_TOKEN_USAGE, model, type);
    }

    private void left(Exit exit, String name, int count) {
        Metric metric = switch (exit) {
            case LANE -> Metric.ADMITTED_REQUESTS_TOTAL;
            case LANE_AGAIN -> Metric.REQUEST_RETRIES_TOTAL;
            case DEAD_LETTER -> Metric.DEAD_LETTERS_TOTAL;
            case DROPPED -> Metric.DROPPED_RECORDS_TOTAL;
        };
        exits.computeIfAbsent(new Way(metric, name), way -> meters.counter(metric, name))
                .increment(count);
    }

    private void completed(FinishReason reason) {
        count(completions.get(reason));
        switch (reason) {
            case STOP, LENGTH -> {}
            case DEADLINE_EXCEEDED -> late.increment();
            case CANCELLED -> cancelled.increment();
        }
    }

    private void rejected(ErrorCode code) {
        count(rejections.get(code));
        if (code == ErrorCode.DEADLINE_EXCEEDED) {
            late.increment();
        } else if (code == ErrorCode.CANCELLED) {
            cancelled.increment();
        }
    }

    private static void count(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    /** NaN while Kafka does not say. */
    private double waiting(String lane) {
        try {
            return look().stream()
                    .filter(each -> each.lane().equals(lane))
                    .mapToDouble(LaneBacklogs.Backlog::waiting)
                    .sum();
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }

    private synchronized List<LaneBacklogs.Backlog> look() {
        if (backlogs == null) {
            backlogs = new LaneBacklogs(pipeline, clock);
        }
        return backlogs.look();
    }

    @Override
    public synchronized void close() {
        if (backlogs != null) {
            backlogs.close();
        }
    }

    private static String lower(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
