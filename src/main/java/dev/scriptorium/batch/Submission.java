package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.event.JobTally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file's lines and goes away: whoever wants the answers collects them later.
 *
 * <p>A job is one file. Its state on the batches topic says when all lines are sent, so a submission that was cut off
 * is done again from the first line, the router drops what it already has, and one that was finished is not done again.
 */
public final class Submission {
    private static final int LINES_A_TURN = 1_000;

    private final BulkJob job;
    private final String tenant;
    private final BooleanSupplier stopRequested;
    private final InstantSource clock;

    public Submission(BulkJob job, String tenant, BooleanSupplier stopRequested, InstantSource clock) {
        this.job = job;
        this.tenant = tenant;
        this.stopRequested = stopRequested;
        this.clock = clock;
    }

    /**
     * @param requests sent so far, refused ones included
     * @param refused of them, those whose line cannot be a request of this job; the pipeline answers them too
     * @param finished whether all lines are sent
     * @param before whether an earlier submission had sent them already
     */
    public record Sent(long requests, long refused, boolean finished, boolean before) {}

    /** @throws IllegalStateException if the job is another file's, or was cancelled, or publishing fails for good */
    public Sent run(LongConsumer progress) {
        String digest = job.input().digest();
        Batch begun;
        @Nullable JobTally tally;
        try (Board board = new Board(job.topics(), job.kafka())) {
            board.catchUp();
            begun = board.batch(job.name());
            tally = board.tally(job.name());
        }
        if (begun == null) {
            begun = batch(digest, clock.instant());
        } else {
            requireSame(begun, digest);
            if (begun.phase() != Phase.VALIDATING) {
                return new Sent(begun.requests(), 0, true, true);
            }
        }
        try (BatchLog log = new BatchLog(job.topics(), job.kafka())) {
            log.write(begun, tally);
            Sent sent = send(progress);
            if (sent.finished()) {
                log.write(begun.sent(sent.requests(), clock.instant()), tally);
            }
            return sent;
        }
    }

    private Sent send(LongConsumer progress) {
        LineIntake intake = LineIntake.of(job);
        long requests = 0;
        long refused = 0;
        try (PromptSource input = job.input().open(job.topics().recordBytesMax());
                PromptSender sender = new PromptSender(job.name(), job.topics(), job.kafka())) {
            for (PromptLines.Line line = input.next(); line != null; line = input.next()) {
                if (stopRequested.getAsBoolean()) {
                    return new Sent(requests, refused, false, false);
                }
                switch (intake.decide(line, clock.instant())) {
                    case LineIntake.Decision.Skip() -> {}
                    case LineIntake.Decision.Refuse(var _, var asSent) -> {
                        refused++;
                        requests++;
                        sender.send(asSent);
                    }
                    case LineIntake.Decision.Send send -> {
                        requests++;
                        sender.send(send);
                    }
                }
                if (requests % LINES_A_TURN == 0) {
                    progress.accept(requests);
                }
            }
            sender.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the input " + job.input().path() + " cannot be read: " + e.getMessage(), e);
        }
        progress.accept(requests);
        return new Sent(requests, refused, true, false);
    }

    private Batch batch(String digest, Instant now) {
        Map<Phase, Instant> reached = new EnumMap<>(Map.of(Phase.VALIDATING, now));
        Batch.Origin origin = new Batch.Origin(
                job.input().path().toString(),
                digest,
                null,
                null,
                null,
                job.input().table());
        return new Batch(
                job.name(),
                tenant,
                origin,
                Phase.VALIDATING,
                reached,
                0,
                null,
                Batch.Results.NONE,
                java.util.List.of(),
                Map.of());
    }

    private void requireSame(Batch known, String digest) {
        if (!known.origin().digest().equals(digest)) {
            throw new IllegalStateException(
                    "job '%s' exists already with other content (%s, %s, since %s); name this one with --job"
                            .formatted(
                                    job.name(),
                                    known.origin().name(),
                                    known.origin().digest().substring(0, "sha256:".length() + 12) + "…",
                                    known.createdAt()));
        }
        if (known.phase() == Phase.CANCELLED || known.phase() == Phase.CANCELLING) {
            throw new IllegalStateException(
                    "job '" + job.name() + "' was cancelled; submit the file again under another name with --job");
        }
    }
}
