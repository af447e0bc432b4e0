package dev.scriptorium.node.service;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Timings;
import dev.scriptorium.lane.LaneClients;
import dev.scriptorium.lane.LaneCounts;
import dev.scriptorium.lane.LaneReader;
import dev.scriptorium.metrics.Health;
import dev.scriptorium.metrics.Health.Verdict;
import dev.scriptorium.metrics.Meters;
import dev.scriptorium.metrics.Metric;
import dev.scriptorium.worker.Worker;
import dev.scriptorium.worker.Worker.Pulse;
import dev.scriptorium.worker.WorkerCounts;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The workers of one process, which have one model, as operators see them: their counts added up, and their health. */
final class WorkerMetrics implements Worker.TokenObserver {
    /** A commit may take ten seconds and a rebalance more. */
    private static final Duration LANE_ROUND_MAX = Duration.ofMinutes(2);
    /** A step of a large model with a full prefill on few cores. */
    private static final Duration STEP_MAX = Duration.ofMinutes(10);

    private final Meters meters;
    private final String model;
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final Timer firstToken;
    private final Timer interToken;
    private final Timer queue;
    private final Timer prefill;
    private final Timer decode;

    private record Member(Worker worker, LaneReader lanes, int sequencesMax) {}

    WorkerMetrics(Meters meters, Health health, String model) {
        this.meters = meters;
        this.model = model;
        this.firstToken = meters.timer(Metric.TIME_TO_FIRST_TOKEN_SECONDS, model);
        this.interToken = meters.timer(Metric.INTER_TOKEN_LATENCY_SECONDS, model);
        this.queue = meters.timer(Metric.REQUEST_QUEUE_TIME_SECONDS, model);
        this.prefill = meters.timer(Metric.REQUEST_PREFILL_TIME_SECONDS, model);
        this.decode = meters.timer(Metric.REQUEST_DECODE_TIME_SECONDS, model);
        gauges();
        counters();
        health.add("worker", this::live, this::ready);
    }

    void add(Worker worker, LaneReader lanes, int sequencesMax) {
        members.add(new Member(worker, lanes, sequencesMax));
        LaneClients clients = lanes.clients();
        meters.bindWhenScraped(new KafkaClientMetrics(clients.consumer()));
        meters.bindWhenScraped(new KafkaClientMetrics(clients.producer()));
    }

    /** One of the tokens; on the step loop. */
    @Override
    public void wrote(long gapMillis) {
        interToken.record(gapMillis, TimeUnit.MILLISECONDS);
    }

    void completed(Completion completion) {
        Timings timings = completion.timings();
        queue.record(timings.queue());
        prefill.record(timings.prefill());
        decode.record(timings.decode());
        firstToken.record(timings.queue().plus(timings.prefill()));
    }

    private void gauges() {
        gauge(Metric.NUM_REQUESTS_RUNNING, member -> counts(member).running());
        gauge(
                Metric.NUM_REQUESTS_WAITING,
                member -> counts(member).waiting()
                        + (double) member.lanes().counts().buffered());
        gauge(Metric.NUM_REQUESTS_MAX, Member::sequencesMax);
        gauge(Metric.TOKENS_IN_HAND, member -> counts(member).inHandTokens());
        gauge(Metric.LANE_PARTITIONS, member -> member.lanes().counts().partitions());
        meters.gauge(
                Metric.BATCH_FILL_PERC,
                () -> sum(member -> counts(member).running()) / Math.max(1, sum(Member::sequencesMax)),
                model);
        meters.gauge(
                Metric.KV_CACHE_USAGE_PERC,
                () -> sum(member -> counts(member).cacheUsed()) / Math.max(1, members.size()),
                model);
    }

    private void counters() {
        counter(Metric.PROMPT_TOKENS_TOTAL, WorkerCounts::promptTokens);
        counter(Metric.GENERATION_TOKENS_TOTAL, WorkerCounts::generatedTokens);
        counter(Metric.PREFIX_CACHE_QUERIES_TOTAL, WorkerCounts::promptTokens);
        counter(Metric.PREFIX_CACHE_HITS_TOTAL, WorkerCounts::cachedTokens);
        counter(Metric.SPEC_DECODE_NUM_DRAFT_TOKENS_TOTAL, WorkerCounts::guessedTokens);
        counter(Metric.SPEC_DECODE_NUM_ACCEPTED_TOKENS_TOTAL, WorkerCounts::acceptedTokens);
        counter(Metric.NUM_PREEMPTIONS_TOTAL, WorkerCounts::preemptions);
        counter(Metric.STEPS_TOTAL, WorkerCounts::steps);
        counter(Metric.FULL_STEPS_TOTAL, WorkerCounts::fullSteps);
        counter(Metric.JOINED_REQUESTS_TOTAL, WorkerCounts::joined);
        laneCounter(Metric.REPUBLISHED_OUTCOMES_TOTAL, LaneCounts::republished);
        laneCounter(Metric.GIVEN_UP_PROMPTS_TOTAL, LaneCounts::givenUp);
    }

    private void gauge(Metric metric, ToDoubleFunction<Member> value) {
        meters.gauge(metric, () -> sum(value), model);
    }

    private void counter(Metric metric, ToDoubleFunction<WorkerCounts> count) {
        meters.counter(metric, () -> sum(member -> count.applyAsDouble(counts(member))), model);
    }

    private void laneCounter(Metric metric, ToDoubleFunction<LaneCounts> count) {
        meters.counter(
                metric, () -> sum(member -> count.applyAsDouble(member.lanes().counts())), model);
    }

    private double sum(ToDoubleFunction<Member> value) {
        return members.stream().mapToDouble(value).sum();
    }

    private static WorkerCounts counts(Member member) {
        return member.worker().counts();
    }

    private Verdict live() {
        for (Member member : members) {
            String broken = broken("the step loop", member.worker().pulse(), STEP_MAX);
            String deaf = broken("the lane reader", member.lanes().pulse(), LANE_ROUND_MAX);
            if (broken != null || deaf != null) {
                return Verdict.no(broken != null ? broken : String.valueOf(deaf));
            }
        }
        return Verdict.yes("its loops turn");
    }

    private static @Nullable String broken(String loop, Pulse pulse, Duration roundMax) {
        if (!pulse.alive()) {
            return loop + " is dead";
        }
        return pulse.roundSoFar().compareTo(roundMax) > 0
                ? loop + " has been in one round for " + pulse.roundSoFar().toSeconds() + " s"
                : null;
    }

    private Verdict ready() {
        Verdict live = live();
        if (!live.ok()) {
            return live;
        }
        if (members.isEmpty()) {
            return Verdict.no("the model is being loaded");
        }
        long partitions = Math.round(sum(member -> member.lanes().counts().partitions()));
        return partitions == 0
                ? Verdict.no("model '" + model + "' is loaded, but no partition of its lanes is assigned here")
                : Verdict.yes(
                        "model '%s' is loaded, and %d partitions of its lanes are read".formatted(model, partitions));
    }
}
