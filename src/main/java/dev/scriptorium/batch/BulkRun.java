package dev.scriptorium.batch;

import dev.scriptorium.wire.AnswerReader.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
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

    /** Keys sent and not answered yet. */
    private final Map<String, LineIntake.Decision.Send> outstanding = new HashMap<>();

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
        this.intake = LineIntake.of(job);
    }

    /**
     * Runs until every line has its answer, or until asked to stop.
     *
     * @throws IllegalStateException if the answers on the topic cannot be this job's, or publishing fails for good
     */
    public BulkProgress run() {
        try (PromptSource input = job.input().open(job.topics().recordBytesMax());
                AnswerBook book = AnswerBook.open(job);
                AnswerFollower follower = new AnswerFollower(
                        job.name(), job.topics(), job.kafka(), AnswerFollower.DeadLetters.FROM_NOW, job.since());
                PromptSender sender = new PromptSender(job.name(), job.topics(), job.kafka())) {
            while (!stopRequested.getAsBoolean() && !(now.inputEnded() && outstanding.isEmpty())) {
                for (int i = 0; i < LINES_A_TURN && !now.inputEnded(); i++) {
                    take(input.next(), sender, book);
                }
                sender.check();
                for (AnswerFollower.News news : follower.poll(now.inputEnded() ? POLL : Duration.ZERO)) {
                    settle(news, book);
                }
                progress.accept(now);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the input " + job.input().path() + " cannot be read: " + e.getMessage(), e);
        }
        if (finished()) {
            FinishedOutput.of(job).write();
        }
        return now;
    }

    /** Whether {@link #run} returned because there was nothing left to do. */
    public boolean finished() {
        return now.inputEnded() && outstanding.isEmpty();
    }

    private void take(PromptLines.@Nullable Line line, PromptSender sender, AnswerBook book) {
        if (line == null) {
            now = now.withInputEnded();
            return;
        }
        switch (intake.decide(line, clock.instant())) {
            case LineIntake.Decision.Skip() -> {}
            case LineIntake.Decision.Refuse(var _, var asSent) -> ask(asSent, sender, book);
            case LineIntake.Decision.Send send -> ask(send, sender, book);
        }
    }

    private void ask(LineIntake.Decision.Send send, PromptSender sender, AnswerBook book) {
        now = now.withLine();
        Boolean asCompletion = book.find(send.key());
        if (asCompletion != null) {
            now = now.withResumed(asCompletion);
        } else {
            outstanding.put(send.key(), send);
            sender.send(send);
        }
    }

    private void settle(AnswerFollower.News news, AnswerBook book) {
        LineIntake.Decision.Send asked = outstanding.remove(news.key());
        if (asked == null) {
            return;
        }
        switch (news) {
            case AnswerFollower.News.Settled(var key, var digest, var answer) -> {
                if (!asked.contentDigest().equals(digest)) {
                    fail(asked, "was answered before for other content", book);
                    return;
                }
                if (answer.error() == null) {
                    requireOurModel(answer);
                    now = now.withCompletion(answer.promptTokens(), answer.completionTokens());
                } else {
                    now = now.withFailure();
                }
                book.write(key, answer);
            }
            case AnswerFollower.News.PutAside(var _, var reason, var _) ->
                fail(asked, "was put aside: " + reason, book);
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

    private void fail(LineIntake.Decision.Send asked, String what, AnswerBook book) {
        now = now.withFailure();
        book.write(Conflicts.rejection(job.name(), asked.key(), asked.source(), what, clock.instant()));
    }
}
