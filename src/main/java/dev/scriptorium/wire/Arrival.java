package dev.scriptorium.wire;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record as it came in on the prompts topic or as a line of a file, not yet understood.
 *
 * @param key the record's key as text: the id, where the value itself names none
 * @param value the bytes; null for a tombstone
 * @param job the header {@code scriptorium-job}, for formats that have no field for it
 * @param tenant the header {@code scriptorium-tenant}, likewise
 * @param source the header {@code scriptorium-source}: where it stood ({@code prompts.jsonl:17})
 * @param receivedAt the record's own time
 */
public record Arrival(
        @Nullable String key,
        byte @Nullable [] value,
        @Nullable String job,
        @Nullable String tenant,
        @Nullable String source,
        Instant receivedAt) {
    public static final String JOB_HEADER = "scriptorium-job";
    public static final String TENANT_HEADER = "scriptorium-tenant";
    public static final String SOURCE_HEADER = "scriptorium-source";

    /** On answers and dead letters, beside the job: whose they are, and for an answer what exactly was asked. */
    public static final String ID_HEADER = "scriptorium-id";

    public static final String CONTENT_DIGEST_HEADER = "scriptorium-content-digest";
    /** On dead letters: why, as a full sentence. */
    public static final String REASON_HEADER = "scriptorium-reason";
}
