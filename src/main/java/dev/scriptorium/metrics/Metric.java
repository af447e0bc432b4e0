package dev.scriptorium.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * All that we measure, under the names of vLLM where vLLM measures the same. The constant's name is the metric's, after
 * the prefix {@code scriptorium_}; {@code docs/reference/metrics.md} is made of this list.
 */
public enum Metric {
    NUM_REQUESTS_RUNNING(Part.WORKER, Kind.GAUGE, List.of("model_name"), "Sequences in the batch."),
    NUM_REQUESTS_WAITING(
            Part.WORKER,
            Kind.GAUGE,
            List.of("model_name"),
            "Prompts that a worker has read from its lanes and that have no place in the batch yet."),
    NUM_REQUESTS_MAX(Part.WORKER, Kind.GAUGE, List.of("model_name"), "Places in the batch."),
    BATCH_FILL_PERC(
            Part.WORKER, Kind.GAUGE, List.of("model_name"), "Share of the batch's places that are taken, 0 to 1."),
    KV_CACHE_USAGE_PERC(
            Part.WORKER,
            Kind.GAUGE,
            List.of("model_name"),
            "Share of the key/value cache's blocks that sequences hold, 0 to 1."),
    TOKENS_IN_HAND(
            Part.WORKER,
            Kind.GAUGE,
            List.of("model_name"),
            "Tokens reserved for prompts taken; at its limit a worker takes nothing more."),
    LANE_PARTITIONS(
            Part.WORKER, Kind.GAUGE, List.of("model_name"), "Partitions of lanes that this process reads at present."),
    PROMPT_TOKENS_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "Tokens of prompts whose prefill is done, those found in the cache included."
                    + " OpenTelemetry: gen_ai.client.inference.usage.input_tokens."),
    GENERATION_TOKENS_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "Tokens sampled. OpenTelemetry: gen_ai.client.inference.usage.output_tokens."),
    PREFIX_CACHE_QUERIES_TOTAL(
            Part.WORKER, Kind.COUNTER, List.of("model_name"), "Tokens of prompts looked up in the prefix cache."),
    PREFIX_CACHE_HITS_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "Of these, those that were found and not computed."
                    + " OpenTelemetry: gen_ai.client.inference.usage.cache_read.input_tokens."),
    SPEC_DECODE_NUM_DRAFT_TOKENS_TOTAL(
            Part.WORKER, Kind.COUNTER, List.of("model_name"), "Tokens guessed ahead and passed through the model."),
    SPEC_DECODE_NUM_ACCEPTED_TOKENS_TOTAL(
            Part.WORKER, Kind.COUNTER, List.of("model_name"), "Of these, those that the sampler chose."),
    NUM_PREEMPTIONS_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "How often a sequence gave its place in the cache back, to be computed anew."),
    STEPS_TOTAL(Part.WORKER, Kind.COUNTER, List.of("model_name"), "Forward passes."),
    FULL_STEPS_TOTAL(
            Part.WORKER, Kind.COUNTER, List.of("model_name"), "Of these, those that had no room for anything more."),
    JOINED_REQUESTS_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "Requests that got the text of another one, because it had to be the same."),
    REPUBLISHED_OUTCOMES_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "Outcomes sent again because the broker did not acknowledge them in time."),
    GIVEN_UP_PROMPTS_TOTAL(
            Part.WORKER,
            Kind.COUNTER,
            List.of("model_name"),
            "Prompts rejected because workers began them too often without coming to an end."),
    TIME_TO_FIRST_TOKEN_SECONDS(
            Part.WORKER,
            Kind.HISTOGRAM,
            List.of("model_name"),
            "From admission by the router to the first token, the wait on the lane included."
                    + " OpenTelemetry: gen_ai.server.time_to_first_token.",
            Buckets.WAITS),
    INTER_TOKEN_LATENCY_SECONDS(
            Part.WORKER,
            Kind.HISTOGRAM,
            List.of("model_name"),
            "From one token of a sequence to its next, in steps of a millisecond; a token that was guessed right comes"
                    + " 0 s after the one before. OpenTelemetry: gen_ai.server.time_per_output_token.",
            Buckets.TOKENS),
    REQUEST_QUEUE_TIME_SECONDS(
            Part.WORKER,
            Kind.HISTOGRAM,
            List.of("model_name"),
            "From admission by the router to the first forward pass.",
            Buckets.WAITS),
    REQUEST_PREFILL_TIME_SECONDS(
            Part.WORKER,
            Kind.HISTOGRAM,
            List.of("model_name"),
            "From the first forward pass to the first token.",
            Buckets.WAITS),
    REQUEST_DECODE_TIME_SECONDS(
            Part.WORKER, Kind.HISTOGRAM, List.of("model_name"), "From the first token to the last.", Buckets.WAITS),
    E2E_REQUEST_LATENCY_SECONDS(
            Part.ROUTER,
            Kind.HISTOGRAM,
            List.of(),
            "From admission to the completion or rejection, all attempts included; requests refused at once do not"
                    + " count. OpenTelemetry: gen_ai.server.request.duration.",
            Buckets.WAITS),
    ADMITTED_REQUESTS_TOTAL(Part.ROUTER, Kind.COUNTER, List.of("lane"), "Requests put on a lane for the first time."),
    REQUEST_RETRIES_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of("lane"),
            "Requests put on a lane another time: a worker failed, or the prompt was overtaken by far."),
    REQUEST_SUCCESS_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of("finished_reason"),
            "Completions. OpenTelemetry: gen_ai.response.finish_reasons."),
    REJECTIONS_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of("code"),
            "Rejections, by the codes of error-codes.md. OpenTelemetry: error.type."),
    EXCEEDED_DEADLINE_REQUESTS_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of(),
            "Requests whose deadline passed, whether they were rejected or got the text as far as it was."),
    CANCELLED_REQUESTS_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of(),
            "Requests that were cancelled, whether they were rejected or got the text as far as it was."),
    DROPPED_RECORDS_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of("step"),
            "Records that ended without an answer at a step of topology/pipeline.mmd: duplicate are prompts sent again,"
                    + " repeated are outcomes after the first."),
    DEAD_LETTERS_TOTAL(
            Part.ROUTER,
            Kind.COUNTER,
            List.of("step"),
            "Records put aside, by the edge of topology/pipeline.mmd that they took."),
    CLIENT_TOKEN_USAGE(
            Part.ROUTER,
            Kind.SIZES,
            List.of("model_name", "token_type"),
            "Tokens of each completion, input or output; of a model that the pipeline no longer has, other."
                    + " OpenTelemetry: gen_ai.client.token.usage, gen_ai.token.type.",
            Buckets.USAGE),
    RECORDS_AWAITING_SCHEMA(
            Part.ROUTER,
            Kind.GAUGE,
            List.of(),
            "Prompts in Confluent's wire format that wait for the schema registry to tell their schema. About, just"
                    + " after a start."),
    LANE_BACKLOG(
            Part.ROUTER,
            Kind.GAUGE,
            List.of("lane", "model_name"),
            "Prompts on a lane that no worker has finished, as Kafka knows it; every router says the same, so take the"
                    + " largest. About, because the marks of transactions count."),
    HTTP_REQUEST_DURATION_SECONDS(
            Part.GATEWAY,
            Kind.HISTOGRAM,
            List.of("method", "route", "status"),
            "From a request over HTTP to the last byte of its answer; -1 is the status of clients that left before, and"
                    + " what is no route counts as other. OpenTelemetry: http.server.request.duration.",
            Buckets.WAITS),
    CLIENT_OPERATION_DURATION_SECONDS(
            Part.GATEWAY,
            Kind.HISTOGRAM,
            List.of("operation"),
            "How long callers waited for whole texts, chat or text_completion, Kafka both ways included."
                    + " OpenTelemetry: gen_ai.client.operation.duration, gen_ai.operation.name.",
            Buckets.WAITS),
    READY(Part.PROCESS, Kind.GAUGE, List.of(), "1 if /health/ready says yes, else 0."),
    BUILD_INFO(Part.PROCESS, Kind.GAUGE, List.of("version"), "1; its label says the version.");

    /** The prefix of all. */
    public static final String PREFIX = "scriptorium_";

    private final Part part;
    private final Kind kind;
    private final List<String> labels;
    private final String description;
    private final double[] bounds;

    /** Which part of the system measures it. */
    public enum Part {
        WORKER,
        ROUTER,
        GATEWAY,
        PROCESS
    }

    /** What kind of number it is. */
    public enum Kind {
        /** Goes up and down. */
        GAUGE,
        /** Counts since the process started. */
        COUNTER,
        /** Times in buckets, in seconds; series {@code _bucket}, {@code _sum}, {@code _count} and {@code _max}. */
        HISTOGRAM,
        /** Numbers of things in buckets, with the same series. */
        SIZES
    }

    private static final class Buckets {
        /** Bulk work waits for hours, and a small model answers in a millisecond. */
        static final double[] WAITS = {
            0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800,
            43_200, 86_400
        };

        /** As OpenTelemetry advises for gen_ai.client.token.usage, as far as our contexts go. */
        static final double[] USAGE = {1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536};

        static final double[] TOKENS = {
            0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5, 10, 40
        };
    }

    Metric(Part part, Kind kind, List<String> labels, String description) {
        this(part, kind, labels, description, new double[0]);
    }

    Metric(Part part, Kind kind, List<String> labels, String description, double[] bounds) {
        this.part = part;
        this.kind = kind;
        this.labels = labels;
        this.description = description;
        this.bounds = bounds;
    }

    public Part part() {
        return part;
    }

    public Kind kind() {
        return kind;
    }

    public List<String> labels() {
        return labels;
    }

    /** What it means, in sentences. */
    public String description() {
        return description;
    }

    /** As Prometheus and its users know it: {@code scriptorium_num_requests_running}. */
    public String prometheusName() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** As Micrometer knows it, which adds the endings itself. */
    String meterName() {
        String bare = switch (kind) {
            case GAUGE, SIZES -> prometheusName();
            case COUNTER -> prometheusName().replaceFirst("_total$", "");
            case HISTOGRAM -> prometheusName().replaceFirst("_seconds$", "");
        };
        return bare.replace('_', '.');
    }

    /** Upper bounds of its buckets, for times. */
    Duration[] buckets() {
        return Arrays.stream(bounds)
                .mapToObj(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)))
                .distinct()
                .toArray(Duration[]::new);
    }

    /** Upper bounds of its buckets, in seconds for times. */
    public DoubleStream bounds() {
        return Arrays.stream(bounds);
    }
}
