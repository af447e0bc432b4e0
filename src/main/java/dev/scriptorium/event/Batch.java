package dev.scriptorium.event;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of requests that was submitted as one job, as the compacted {@code batches} topic says it. How many of its
 * requests have ended is not in here: that is in the job's {@link JobTally}.
 *
 * @param job under which its ids are unique; also the batch's own id
 * @param tenant on whose account
 * @param origin what was submitted
 * @param phase how far it is
 * @param reached when it came to each phase so far
 * @param requests in the file; 0 until all were read
 * @param expiresAt after which what is still open ends as {@code batch_expired}; null for never
 * @param results where its answers lie; null ids until they do
 * @param problems why it failed; empty unless it did
 * @param metadata up to 16 pairs of the user's
 */
public record Batch(
        String job,
        String tenant,
        Origin origin,
        Phase phase,
        Map<Phase, Instant> reached,
        long requests,
        @Nullable Instant expiresAt,
        Results results,
        List<Problem> problems,
        Map<String, String> metadata) {
    public Batch {
        reached = Map.copyOf(reached);
        problems = List.copyOf(problems);
        metadata = Map.copyOf(metadata);
    }

    /** OpenAI's eight states of a batch; there is no way back from one that {@link #isOver}. */
    public enum Phase {
        /** Its lines are being read, checked and sent. */
        VALIDATING,
        /** It could not be begun; its problems say why. */
        FAILED,
        /** All lines are sent. */
        IN_PROGRESS,
        /** All requests have ended, and its files are being finished. */
        FINALIZING,
        COMPLETED,
        /** Its time was over before all requests had ended. */
        EXPIRED,
        /** Somebody cancelled it, and some requests have not ended yet. */
        CANCELLING,
        CANCELLED;

        public boolean isOver() {
            return switch (this) {
                case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> false;
                case FAILED, COMPLETED, EXPIRED, CANCELLED -> true;
            };
        }
    }

    /**
     * What was submitted.
     *
     * @param name of the file, for people
     * @param digest {@code sha256:} and 64 hex digits over its bytes
     * @param file the id under which the gateway keeps it; null if it never had it
     * @param endpoint the one that all lines are for; null if they may differ
     * @param window how long the batch may take, as its sender wrote it ({@code 24h})
     * @param table how its rows became requests; null if it is none, or if nobody said
     */
    public record Origin(
            String name,
            String digest,
            @Nullable String file,
            @Nullable String endpoint,
            @Nullable String window,
            @Nullable Table table) {}

    /**
     * How rows become requests.
     *
     * @param idColumn the column with each row's id
     * @param promptColumn the column with the text to continue
     * @param settings request fields for every row; values as JSON
     */
    public record Table(String idColumn, String promptColumn, Map<String, String> settings) {
        public Table {
            settings = Map.copyOf(settings);
        }
    }

    /** Ids under which the gateway keeps completions and rejections; null where there are none. */
    public record Results(@Nullable String output, @Nullable String errors) {
        public static final Results NONE = new Results(null, null);
    }

    /** One thing wrong with a file; {@code line} counts from 1, 0 if it is about no line in particular. */
    public record Problem(
            String code, String message, @Nullable String field, long line) {}

    /** The same batch in another phase. */
    public Batch to(Phase next, Instant at) {
        return with(next, at, requests, results, problems);
    }

    /** The same batch, all of its lines sent. */
    public Batch sent(long all, Instant at) {
        return with(Phase.IN_PROGRESS, at, all, results, problems);
    }

    /** The same batch, not begun for these reasons. */
    public Batch failed(List<Problem> why, Instant at) {
        return with(Phase.FAILED, at, requests, results, why);
    }

    /** The same batch, over, with its answers in files. */
    public Batch over(Phase end, Results files, Instant at) {
        return with(end, at, requests, files, problems);
    }

    public Instant createdAt() {
        return reached.getOrDefault(Phase.VALIDATING, Instant.EPOCH);
    }

    private Batch with(Phase next, Instant at, long all, Results files, List<Problem> why) {
        Map<Phase, Instant> times = new java.util.EnumMap<>(Phase.class);
        times.putAll(reached);
        times.putIfAbsent(next, at);
        return new Batch(job, tenant, origin, next, times, all, expiresAt, files, why, metadata);
    }
}
