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
 * @param cloud what makes it a CloudEvent; null if it is none
 */
public record Arrival(
        @Nullable String key,
        byte @Nullable [] value,
        @Nullable String job,
        @Nullable String tenant,
        @Nullable String source,
        Instant receivedAt,
        @Nullable CloudEvent cloud) {
    /**
     * What the headers of a CloudEvent say, or its envelope where it is in structured mode.
     *
     * @param version {@code ce_specversion}
     * @param id {@code ce_id}: the id of a request whose value names none, before the record's key, which for a
     *     CloudEvent is what it is partitioned by
     * @param structured whether the value is an envelope with the prompt in {@code data}
     */
    public record CloudEvent(
            @Nullable String version, @Nullable String id, boolean structured) {
        /** The one version there is. */
        public static final String VERSION = "1.0";

        public static final String STRUCTURED_TYPE = "application/cloudevents+json";
    }

    /** A record or line that is no CloudEvent. */
    public Arrival(
            @Nullable String key,
            byte @Nullable [] value,
            @Nullable String job,
            @Nullable String tenant,
            @Nullable String source,
            Instant receivedAt) {
        this(key, value, job, tenant, source, receivedAt, null);
    }

    /** The id of a request whose value names none. */
    @Nullable
    String fallbackId() {
        return cloud != null && cloud.id() != null ? cloud.id() : key;
    }

    Arrival unwrapped(byte[] data, String id) {
        CloudEvent inner = new CloudEvent(CloudEvent.VERSION, id, false);
        return new Arrival(key, data, job, tenant, source, receivedAt, inner);
    }

    public static final String JOB_HEADER = "scriptorium-job";
    public static final String TENANT_HEADER = "scriptorium-tenant";
    public static final String SOURCE_HEADER = "scriptorium-source";

    /** On answers and dead letters, beside the job: whose they are, and for an answer what exactly was asked. */
    public static final String ID_HEADER = "scriptorium-id";

    public static final String CONTENT_DIGEST_HEADER = "scriptorium-content-digest";
    /** On dead letters: why, as a full sentence. */
    public static final String REASON_HEADER = "scriptorium-reason";
}
