package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Cancellation.Target;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.avro.ControlActionName;
import dev.scriptorium.wire.avro.ControlEvent;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Understands what users put on the control topic: {@code {"action": "cancel", "job": "stories", "id": "17"}} with or
 * without {@code id}, {@code {"action": "cancel", "tenant": "press"}}, or Avro of {@code schemas/control.avsc}. Never
 * throws, whatever the bytes.
 */
public final class ControlDecoder {
    private static final List<String> FIELDS = List.of("action", "id", "job", "tenant", "reason", "at");

    private final int recordBytesMax;
    private final SingleObject avro = SingleObject.ofAllReleased();

    /** @param recordBytesMax larger values are refused unread */
    public ControlDecoder(int recordBytesMax) {
        this.recordBytesMax = recordBytesMax;
    }

    /** What a control record turned out to be. */
    public sealed interface Control {
        record Cancel(Cancellation cancellation) implements Control {}

        /** @param reason a full sentence: it goes to the dead letters */
        record Unreadable(String reason) implements Control {}
    }

    /** @param receivedAt the record's own time, which holds where the event says none */
    public Control decode(byte @Nullable [] value, Instant receivedAt) {
        if (value == null) {
            return new Control.Unreadable("the control record has no value");
        }
        if (value.length > recordBytesMax) {
            return new Control.Unreadable("the control record has %d bytes, but it must have at most %d"
                    .formatted(value.length, recordBytesMax));
        }
        try {
            return new Control.Cancel(
                    SingleObject.isMarked(value)
                            ? cancellation(avro.decode(value, ControlEvent.class), receivedAt)
                            : cancellation(JsonText.of(value, value.length).object(), receivedAt));
        } catch (InvalidFieldException | UndecodableException e) {
            return new Control.Unreadable("the control record is refused: " + e.getMessage());
        } catch (Refusal e) {
            return new Control.Unreadable("the control record is refused: " + e.sentence());
        } catch (RuntimeException defect) {
            // Only a defect of ours comes here; it must cost one record and not the stream.
            return new Control.Unreadable("the control record could not be decoded: " + defect);
        }
    }

    static Cancellation cancellation(ControlEvent event, Instant receivedAt) {
        if (event.getAction() != ControlActionName.CANCEL) {
            throw new InvalidFieldException("action", event.getAction(), "must be CANCEL");
        }
        String reason = event.getReason();
        return cancellation(
                event.getId(),
                event.getJob(),
                event.getTenant(),
                reason == null ? "" : reason,
                event.getAt() == null ? receivedAt : event.getAt());
    }

    static ControlEvent event(Cancellation cancellation) {
        ControlEvent.Builder builder = ControlEvent.newBuilder()
                .setAction(ControlActionName.CANCEL)
                .setReason(cancellation.reason())
                .setAt(AvroEvents.micros(cancellation.at()));
        return switch (cancellation.target()) {
            case Target.OfRequest(RequestId request) ->
                builder.setId(request.id()).setJob(request.job()).build();
            case Target.OfJob(String job) -> builder.setJob(job).build();
            case Target.OfTenant(String tenant) -> builder.setTenant(tenant).build();
        };
    }

    private static Cancellation cancellation(ObjectNode object, Instant receivedAt) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (!FIELDS.contains(entry.getKey())) {
                String name = Refusal.shown(entry.getKey());
                throw Refusal.malformed("field '%s' is not known (fields: %s)%s"
                        .formatted(name, String.join(", ", FIELDS), RequestField.suggestion(name, FIELDS)));
            }
        }
        String action = text(object, "action");
        if (action == null) {
            throw Refusal.missing("action", "it must be cancel");
        }
        if (!action.equals("cancel")) {
            throw Refusal.invalid("action", "'" + Refusal.shown(action) + "'", "must be cancel");
        }
        String reason = text(object, "reason");
        return cancellation(
                text(object, "id"),
                text(object, "job"),
                text(object, "tenant"),
                reason == null ? "" : reason,
                time(text(object, "at"), receivedAt));
    }

    private static Cancellation cancellation(
            @Nullable String id, @Nullable String job, @Nullable String tenant, String reason, Instant at) {
        if (tenant != null && (id != null || job != null)) {
            throw new InvalidFieldException("tenant", tenant, "must not be given together with id or job");
        }
        if (id != null) {
            return new Cancellation(
                    new Target.OfRequest(new RequestId(job == null ? RequestId.DEFAULT_JOB : job, id)), reason, at);
        }
        if (job != null) {
            return new Cancellation(new Target.OfJob(job), reason, at);
        }
        if (tenant != null) {
            return new Cancellation(new Target.OfTenant(tenant), reason, at);
        }
        throw Refusal.missing("id", "one of id, job and tenant must say what is cancelled");
    }

    private static @Nullable String text(ObjectNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : JsonText.text(name, value);
    }

    private static Instant time(@Nullable String text, Instant receivedAt) {
        if (text == null) {
            return receivedAt;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Refusal.invalid("at", "'" + Refusal.shown(text) + "'", "must be " + RequestField.DEADLINE.limits());
        }
    }
}
