package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes down the answers of a job that somebody else sent, from wherever an earlier collection was cut off: what
 * stands in the files already is not written again.
 */
public final class Gathering {
    private static final Duration POLL = Duration.ofMillis(100);

    private final BulkJob job;
    private final Until until;
    private final BooleanSupplier stopRequested;
    private final InstantSource clock;

    private BulkProgress now = BulkProgress.NOTHING_YET;
    private boolean complete;

    /** When a collection is over. */
    public enum Until {
        /** With what is there when it begins. */
        NOW,
        /** When every request of the job has ended. */
        ALL_ENDED
    }

    public Gathering(BulkJob job, Until until, BooleanSupplier stopRequested, InstantSource clock) {
        this.job = job;
        this.until = until;
        this.stopRequested = stopRequested;
        this.clock = clock;
    }

    /** @throws IllegalStateException if nothing is known of the job */
    public BulkProgress run(Consumer<BulkProgress> progress) {
        try (Board board = new Board(job.topics(), job.kafka());
                AnswerBook book = AnswerBook.open(job);
                AnswerFollower follower = new AnswerFollower(
                        job.name(), job.topics(), job.kafka(), AnswerFollower.DeadLetters.ALL, job.since())) {
            board.catchUp();
            while (!stopRequested.getAsBoolean()) {
                board.poll(Duration.ZERO);
                JobView view = board.require(job.name());
                for (AnswerFollower.News news : follower.poll(POLL)) {
                    take(news, book);
                }
                now = now.of(view.requests(), isSent(view.batch()));
                progress.accept(now);
                complete = isSent(view.batch()) && book.size() >= view.requests() && follower.isCaughtUp();
                if (complete || until == Until.NOW && follower.isCaughtUp()) {
                    break;
                }
            }
        }
        if (complete) {
            FinishedOutput.of(job).write();
        }
        return now;
    }

    /** Whether every request of the job has its answer in the files. */
    public boolean isComplete() {
        return complete;
    }

    private void take(AnswerFollower.News news, AnswerBook book) {
        switch (news) {
            case AnswerFollower.News.Settled(var key, var _, var answer) -> {
                Boolean before = book.find(key);
                if (before != null) {
                    now = now.withResumed(before);
                    return;
                }
                book.write(key, answer);
                now = answer.error() == null
                        ? now.withCompletion(answer.promptTokens(), answer.completionTokens())
                        : now.withFailure();
            }
            case AnswerFollower.News.PutAside(var key, var reason, var source) -> {
                if (source != null && book.find(job.name() + "/" + source) == null) {
                    now = now.withFailure();
                    book.write(
                            Conflicts.rejection(job.name(), key, source, "was put aside: " + reason, clock.instant()));
                }
            }
        }
    }

    /** Of a job without a file nobody knows how many requests are still to come. */
    private static boolean isSent(@Nullable Batch batch) {
        return batch == null || batch.phase() != Phase.VALIDATING;
    }
}
