package dev.scriptorium.batch;

import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.AnswerFormat;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.AnswerReader.Answer;
import dev.scriptorium.wire.AnswerWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers a file of prompts through the pipeline, from wherever an earlier run was cut off.
 *
 * <p>The idea: Kafka remembers, this class does not. Every line is sent whose answer is not in the output yet; the
 * router drops what it already has. The output is a projection of the completions topic, so what was answered while
 * nobody listened is found there, and a line is written once because its id is looked for first.
 *
 * <p>One thread does it all in turns: send some lines, write what has settled, tell the progress.
 */
public final class BulkRun {
    private static final int LINES_A_TURN = 200;
    private static final Duration POLL = Duration.ofMillis(100);

    private final BulkJob job;
    private final Consumer<BulkProgress> progress;
    private final BooleanSupplier stopRequested;
    private final InstantSource clock;
    private final LineIntake intake;
    private final AnswerReader reader = new AnswerReader();
    private final AnswerWriter writer = new AnswerWriter();

    /** Keys whose completion stands in the output (true) or whose rejection stands in the error file (false). */
    private final Map<String, Boolean> answered = new HashMap<>();
    /** Messages in the error file: lines that are refused here are refused again by every run, but written once. */
    private final Set<String> errorMessages = new HashSet<>();
    /** Keys sent and not answered yet. */
    private final Map<String, Waiting> outstanding = new HashMap<>();

    private record Waiting(String contentDigest, String source) {}

    private BulkProgress now = BulkProgress.NOTHING_YET;

    /**
     * @param progress is told after every turn
     * @param stopRequested is asked every turn; once it says yes, the run ends early and can be resumed
     */
    public BulkRun(BulkJob job, Consumer<BulkProgress> progress, BooleanSupplier stopRequested, InstantSource clock) {
        this.job = job;
        this.progress = progress;
        this.stopRequested = stopRequested;
        this.clock = clock;
        this.intake = new LineIntake(
                job.name(),
                String.valueOf(job.input().getFileName()),
                job.topics().recordBytesMax());
    }

    /**
     * Runs until every line has its answer, or until asked to stop.
     *
     * @throws IllegalStateException if the answers on the topic cannot be this job's, or publishing fails for good
     */
    public BulkProgress run() {
        try (PromptLines input = new PromptLines(job.input(), job.topics().recordBytesMax());
                AnswerFile output = AnswerFile.open(job.output(), json -> remember(json, true));
                AnswerFile errors = AnswerFile.openOnDemand(job.errors(), json -> remember(json, false));
                AnswerFollower follower = new AnswerFollower(job.name(), job.topics(), job.kafka());
                PromptSender sender = new PromptSender(job.name(), job.topics(), job.kafka())) {
            while (!stopRequested.getAsBoolean() && !(now.inputEnded() && outstanding.isEmpty())) {
                for (int i = 0; i < LINES_A_TURN && !now.inputEnded(); i++) {
                    take(input.next(), sender, errors);
                }
                sender.check();
                for (AnswerFollower.News news : follower.poll(now.inputEnded() ? POLL : Duration.ZERO)) {
                    settle(news, output, errors);
                }
                progress.accept(now);
            }
            return now;
        } catch (IOException e) {
            throw new UncheckedIOException("the input " + job.input() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether {@link #run} returned because there was nothing left to do. */
    public boolean finished() {
        return now.inputEnded() && outstanding.isEmpty();
    }

    private void take(PromptLines.@Nullable Line line, PromptSender sender, AnswerFile errors) {
        if (line == null) {
            now = now.withInputEnded();
            return;
        }
        switch (intake.decide(line, clock.instant())) {
            case LineIntake.Decision.Skip() -> {}
            case LineIntake.Decision.Refuse(var rejection) -> {
                now = now.withLine();
                fail(rejection, errors);
            }
            case LineIntake.Decision.Send send -> {
                now = now.withLine();
                Boolean asCompletion = answered.get(send.key());
                if (asCompletion != null) {
                    now = now.withResumed(asCompletion);
                } else {
                    outstanding.put(send.key(), new Waiting(send.contentDigest(), send.source()));
                    sender.send(send);
                }
            }
        }
    }

    private void settle(AnswerFollower.News news, AnswerFile output, AnswerFile errors) {
        Waiting asked = outstanding.remove(news.key());
        if (asked == null) {
            return;
        }
        switch (news) {
            case AnswerFollower.News.Settled(var key, var digest, var answer) -> {
                if (!asked.contentDigest().equals(digest)) {
                    fail(conflict(key, asked, "was answered before for other content"), errors);
                } else if (answer.error() == null) {
                    requireOurModel(answer);
                    output.append(answer.json());
                    now = now.withCompletion(answer.promptTokens(), answer.completionTokens());
                } else {
                    errors.append(answer.json());
                    now = now.withFailure();
                }
            }
            case AnswerFollower.News.PutAside(var key, var reason) ->
                fail(conflict(key, asked, "was put aside: " + reason), errors);
        }
    }

    private void requireOurModel(Answer answer) {
        String digest = answer.weightsDigest();
        if (job.weightsDigest() != null && digest != null && !digest.equals(job.weightsDigest())) {
            throw new IllegalStateException("""
                the job '%s' has answers of another model already (id '%s': weights %s, this run: %s); \
                name this run with --job, or keep it apart with --state\
                """.formatted(job.name(), answer.id(), digest, job.weightsDigest()));
        }
    }

    private Rejection conflict(String key, Waiting asked, String what) {
        String message = "%s: id '%s' %s; name this run with --job, or give the line another id"
                .formatted(asked.source(), key.substring(job.name().length() + 1), what);
        RequestId request = new RequestId(job.name(), asked.source());
        return new Rejection(
                request,
                Dialect.PLAIN,
                Prompt.DEFAULT_TENANT,
                ErrorCode.ID_CONFLICT,
                message,
                null,
                asked.source(),
                clock.instant(),
                Map.of());
    }

    /** A failure that the pipeline has no event for; on a resumed run it may stand in the file already. */
    private void fail(Rejection rejection, AnswerFile errors) {
        now = now.withFailure();
        if (errorMessages.add(rejection.message())) {
            errors.append(new String(writer.write(rejection, AnswerFormat.JSON), StandardCharsets.UTF_8));
        }
    }

    private void remember(String json, boolean isOutput) {
        Answer answer = reader.read(json.getBytes(StandardCharsets.UTF_8));
        if (answer.error() != null) {
            errorMessages.add(answer.error());
        }
        answered.put(job.name() + "/" + answer.id(), isOutput);
    }
}
