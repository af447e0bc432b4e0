package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.wire.BatchJson;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is, put together from what Kafka says of it.
 *
 * @param phase as of now: a file whose requests have all ended is completed, whoever submitted it
 * @param requests in its file; of a job that somebody sends to without a file, those seen so far
 */
public record JobView(
        String job,
        @Nullable Batch batch,
        Phase phase,
        long requests,
        long completed,
        long rejected,
        long promptTokens,
        long completionTokens,
        @Nullable Instant updatedAt) {
    static JobView of(String job, @Nullable Batch batch, @Nullable JobTally tally) {
        JobTally counts = tally != null ? tally : new JobTally(job, 0, 0, 0, 0, 0, Instant.EPOCH);
        long done = counts.done();
        long seen = Math.max(counts.admitted(), done);
        long requests = batch != null && batch.requests() > 0 ? batch.requests() : seen;
        return new JobView(
                job,
                batch,
                phase(batch, requests, done),
                requests,
                counts.completed(),
                counts.rejected(),
                counts.promptTokens(),
                counts.completionTokens(),
                tally == null ? (batch == null ? null : batch.createdAt()) : tally.updatedAt());
    }

    /** Requests that have ended. */
    public long done() {
        return completed + rejected;
    }

    /** As OpenAI writes it: {@code in_progress}. */
    public String status() {
        return BatchJson.word(phase);
    }

    private static Phase phase(@Nullable Batch batch, long requests, long done) {
        if (batch == null) {
            return done >= requests ? Phase.COMPLETED : Phase.IN_PROGRESS;
        }
        boolean allEnded = batch.reached().containsKey(Phase.IN_PROGRESS) && done >= requests;
        boolean hasFiles = batch.origin().file() != null;
        return switch (batch.phase()) {
            case IN_PROGRESS -> allEnded ? (hasFiles ? Phase.FINALIZING : Phase.COMPLETED) : Phase.IN_PROGRESS;
            case CANCELLING -> !hasFiles && done >= requests ? Phase.CANCELLED : Phase.CANCELLING;
            case VALIDATING, FAILED, FINALIZING, COMPLETED, EXPIRED, CANCELLED -> batch.phase();
        };
    }
}
