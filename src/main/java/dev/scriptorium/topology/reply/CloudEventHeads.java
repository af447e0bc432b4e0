package dev.scriptorium.topology.reply;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.wire.Arrival;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a CloudEvent as headers, as the Kafka protocol binding 1.0.2 has them in binary mode. What an
 * answer says is a function of its request, but the time: so an event that is read twice is known by its id.
 */
public final class CloudEventHeads {
    public static final String COMPLETION_TYPE = "dev.scriptorium.completion.v1";
    public static final String REJECTION_TYPE = "dev.scriptorium.rejection.v1";

    public static final String SPECVERSION = "ce_specversion";
    public static final String ID = "ce_id";
    public static final String TYPE = "ce_type";
    public static final String SOURCE = "ce_source";
    public static final String TIME = "ce_time";
    public static final String SUBJECT = "ce_subject";
    public static final String DATASCHEMA = "ce_dataschema";
    public static final String CONTENT_TYPE = "content-type";

    private static final String STRUCTURED = "application/cloudevents";
    private static final String AVRO = "avro/binary";

    private CloudEventHeads() {}

    /** What makes a record a CloudEvent; null if it is none. */
    public static Arrival.@Nullable CloudEvent read(Headers headers) {
        String contentType = Heads.text(headers, CONTENT_TYPE);
        if (contentType != null && contentType.startsWith(STRUCTURED)) {
            return new Arrival.CloudEvent(null, null, true);
        }
        String version = Heads.text(headers, SPECVERSION);
        return version == null ? null : new Arrival.CloudEvent(version, Heads.text(headers, ID), false);
    }

    /** @param pipeline its name, which is what the event comes from */
    public static void write(Headers headers, Outcome outcome, String contentType, String pipeline, Instant now) {
        String kind = switch (outcome) {
            case Completion _ -> "completion";
            case Rejection _ -> "rejection";
        };
        String type = switch (outcome) {
            case Completion _ -> COMPLETION_TYPE;
            case Rejection _ -> REJECTION_TYPE;
        };
        String form = contentType.equals(AVRO)
                ? "avro"
                : switch (outcome.dialect()) {
                    case PLAIN, AVRO -> "json";
                    case OPENAI_CHAT, OPENAI_COMPLETIONS -> "openai-batch-line";
                };
        Heads.put(headers, SPECVERSION, Arrival.CloudEvent.VERSION);
        Heads.put(headers, ID, outcome.request().key());
        Heads.put(headers, TYPE, type);
        Heads.put(headers, SOURCE, "/scriptorium/" + pipeline);
        Heads.put(headers, TIME, now.truncatedTo(ChronoUnit.MILLIS).toString());
        Heads.put(headers, SUBJECT, outcome.request().id());
        Heads.put(headers, DATASCHEMA, "urn:scriptorium:schema:" + kind + ":" + form);
    }
}
