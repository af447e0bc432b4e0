package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.EventCodec.ContentDigest;
import dev.scriptorium.wire.JsonText.Sender;
import dev.scriptorium.wire.avro.IntakeEvent;
import dev.scriptorium.wire.avro.PromptEvent;
import dev.scriptorium.wire.confluent.ConfluentFormat;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Understands what users send: Avro, OpenAI batch lines, plain JSON. Never throws, whatever the bytes.
 *
 * <p>The first bytes tell the format: {@code c3 01} is Avro's single-object encoding, everything else has to be JSON.
 * What cannot be a prompt is refused under the id that can be made out: the one in the value, as far as it can be read,
 * else the record's key. Job and tenant come from the value, else from the headers, else they are {@code default}.
 */
public final class PromptDecoder {
    /** Enough to find the id at the start of a line that is too long to be read. */
    private static final int GLANCE_BYTES = 16 * 1024;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

    private final int recordBytesMax;
    private final SingleObject avro;

    /** @param recordBytesMax larger values are refused unread */
    public PromptDecoder(int recordBytesMax) {
        this(recordBytesMax, SingleObject.ofAllReleased());
    }

    PromptDecoder(int recordBytesMax, SingleObject avro) {
        this.recordBytesMax = recordBytesMax;
        this.avro = avro;
    }

    public Decoded decode(Arrival arrival) {
        byte[] value = arrival.value();
        if (value == null) {
            return tombstone(arrival);
        }
        try {
            Arrival.CloudEvent cloud = arrival.cloud();
            return cloud == null ? decode(arrival, value) : decodeCloudEvent(arrival, cloud, value);
        } catch (RuntimeException defect) {
            // Only a defect of ours comes here; it must cost one record and not the stream.
            return new Decoded.Unreadable(
                    said(arrival, "the record could not be decoded because of a defect in this program: " + defect));
        }
    }

    /**
     * A record that cannot be read for a reason that its bytes alone do not tell, under the id of its key.
     *
     * @param arrival with a value
     * @param sentence why
     */
    public Decoded refuse(Arrival arrival, String sentence) {
        byte[] value = arrival.value() == null ? new byte[0] : arrival.value();
        return refused(
                arrival, value, new Sender(Dialect.AVRO, null, null, null, Map.of()), Refusal.malformed(sentence));
    }

    private Decoded decode(Arrival arrival, byte[] value) {
        return SingleObject.isMarked(value) ? decodeAvro(arrival, value) : decodeJson(arrival, value);
    }

    /** In binary mode the value is the prompt itself; in structured mode it lies in an envelope. */
    private Decoded decodeCloudEvent(Arrival arrival, Arrival.CloudEvent cloud, byte[] value) {
        Arrival inner = arrival;
        try {
            String version = cloud.version();
            if (cloud.structured()) {
                requireSize(value);
                ObjectNode envelope = JsonText.of(value, value.length).object();
                String id = JsonText.attribute(envelope, "id");
                // From here on a refusal has the event's own id.
                inner = arrival.unwrapped(value, id);
                inner = arrival.unwrapped(JsonText.dataOf(envelope), id);
                version = JsonText.attribute(envelope, "specversion");
            }
            if (!Arrival.CloudEvent.VERSION.equals(version)) {
                throw new Refusal(
                        ErrorCode.INVALID_VALUE,
                        "specversion",
                        "the CloudEvent has specversion '%s', but it must be 1.0"
                                .formatted(version == null ? "" : Refusal.shown(version)));
            }
        } catch (Refusal e) {
            return refused(inner, value, sender(null, value), e);
        }
        return decode(inner, inner.value() == null ? value : inner.value());
    }

    /** No value under an id: the request is cancelled. Its job is the header's. */
    private static Decoded tombstone(Arrival arrival) {
        if (arrival.key() == null) {
            return new Decoded.Unreadable(said(arrival, "the record has neither key nor value, so it says nothing"));
        }
        try {
            return new Decoded.Cancelled(new Cancellation(
                    new Cancellation.Target.OfRequest(request(arrival, null, null)), "", arrival.receivedAt()));
        } catch (InvalidFieldException e) {
            return new Decoded.Unreadable(
                    said(arrival, "the record has no value, and its key is no id: " + message(e)));
        } catch (Refusal e) {
            return new Decoded.Unreadable(
                    said(arrival, "the record has no value, and its key is no id: " + e.sentence()));
        }
    }

    private Decoded decodeAvro(Arrival arrival, byte[] value) {
        Sender sender = new Sender(Dialect.AVRO, null, null, null, Map.of());
        try {
            requireSize(value);
            if (avro.writer(value).equals(IntakeEvent.getClassSchema().getFullName())) {
                return refusedBySender(value);
            }
            if (!avro.writer(value).equals(PromptEvent.getClassSchema().getFullName())) {
                throw Refusal.malformed("the value is a %s, but only a %s belongs here"
                        .formatted(
                                avro.writer(value), PromptEvent.getClassSchema().getFullName()));
            }
            PromptEvent event = avro.decode(value, PromptEvent.class);
            sender = new Sender(
                    Dialect.AVRO,
                    event.getId(),
                    event.getJob(),
                    event.getTenant(),
                    JsonText.soundPairs(event.getMetadata()));
            Prompt prompt = AvroEvents.read(
                    event,
                    request(arrival, event.getId(), event.getJob()),
                    Dialect.AVRO,
                    tenant(arrival, event.getTenant()),
                    arrival.source());
            return new Decoded.Accepted(prompt);
        } catch (UndecodableException e) {
            return refused(arrival, value, sender, Refusal.malformed(String.valueOf(e.getMessage())));
        } catch (InvalidFieldException e) {
            return refused(arrival, value, sender, new Refusal(ErrorCode.INVALID_VALUE, e.field(), message(e)));
        } catch (Refusal e) {
            return refused(arrival, value, sender, e);
        }
    }

    /** A line that its sender refused instead of sending it, so that it is answered and counted like all others. */
    private Decoded refusedBySender(byte[] value) {
        if (new EventCodec(avro).intake(value) instanceof Decoded.Refused refused) {
            return refused;
        }
        throw Refusal.malformed("the value is an internal event, but only a prompt belongs here");
    }

    private Decoded decodeJson(Arrival arrival, byte[] value) {
        JsonText text = null;
        try {
            requireSize(value);
            requireNotConfluent(value);
            text = JsonText.of(value, value.length);
            return new Decoded.Accepted(prompt(arrival, JsonPrompt.of(text.object())));
        } catch (InvalidFieldException e) {
            Refusal refusal = new Refusal(ErrorCode.INVALID_VALUE, e.field(), message(e));
            return refused(arrival, value, sender(text, value), refusal);
        } catch (Refusal e) {
            return refused(arrival, value, sender(text, value), e);
        }
    }

    private static Sender sender(@Nullable JsonText text, byte[] value) {
        JsonText readable = text != null ? text : JsonText.of(value, Math.min(value.length, GLANCE_BYTES));
        return readable.identify();
    }

    private static Prompt prompt(Arrival arrival, JsonPrompt json) {
        return new Prompt(
                request(arrival, json.id(), json.text(RequestField.JOB)),
                json.dialect(),
                tenant(arrival, json.text(RequestField.TENANT)),
                json.text(RequestField.MODEL),
                json.input(),
                json.sampling(),
                json.answer(),
                json.priority(),
                json.deadline(),
                json.metadata(),
                arrival.source(),
                json.delivery());
    }

    /** Whether a request may have a field of that name. */
    public static boolean isField(String name) {
        return RequestField.named(name).isPresent();
    }

    private void requireSize(byte[] value) {
        if (value.length > recordBytesMax) {
            throw new Refusal(
                    ErrorCode.PROMPT_TOO_LARGE,
                    null,
                    "the record has %d bytes, but it must have at most %d".formatted(value.length, recordBytesMax));
        }
    }

    private static void requireNotConfluent(byte[] value) {
        if (ConfluentFormat.isMarked(value)) {
            throw Refusal.malformed(("the value is in Confluent's wire format with schema id %d, which cannot be read"
                            + " without that registry: name it in the pipeline file (registry: url), or send JSON or"
                            + " Avro's single-object encoding (c3 01)")
                    .formatted(ConfluentFormat.schemaId(value)));
        }
    }

    private static RequestId request(Arrival arrival, @Nullable String id, @Nullable String job) {
        String chosenId = id != null ? id : arrival.fallbackId();
        if (chosenId == null) {
            throw Refusal.missing("id", "the request has no id, and the record has no key to take for it");
        }
        requireSound("id", chosenId);
        if (job != null) {
            return new RequestId(job, chosenId);
        }
        return new RequestId(header(Arrival.JOB_HEADER, "job", arrival.job(), RequestId.DEFAULT_JOB), chosenId);
    }

    private static String tenant(Arrival arrival, @Nullable String tenant) {
        return tenant != null
                ? tenant
                : header(Arrival.TENANT_HEADER, "tenant", arrival.tenant(), Prompt.DEFAULT_TENANT);
    }

    /** A header's value, checked here so that the message names the header and not the field it stands for. */
    private static String header(String name, String field, @Nullable String value, String fallback) {
        if (value == null) {
            return fallback;
        }
        boolean keepsRule = field.equals("job") ? isJob(value) : isTenant(value);
        if (!keepsRule) {
            RequestField rule = field.equals("job") ? RequestField.JOB : RequestField.TENANT;
            throw new Refusal(
                    ErrorCode.INVALID_VALUE,
                    field,
                    "header '%s' is '%s', but it must be %s".formatted(name, Refusal.shown(value), rule.limits()));
        }
        return value;
    }

    /** Under what can be made out of the sender; without any id the record belongs to nobody. */
    private static Decoded refused(Arrival arrival, byte[] value, Sender sender, Refusal refusal) {
        String job = firstValid(RequestId.DEFAULT_JOB, PromptDecoder::isJob, sender.job(), arrival.job());
        String tenant = firstValid(Prompt.DEFAULT_TENANT, PromptDecoder::isTenant, sender.tenant(), arrival.tenant());
        String id = firstValid("", PromptDecoder::isId, sender.id(), arrival.fallbackId());
        String message = said(arrival, refusal.sentence());
        if (id.isEmpty()) {
            boolean isAboutId = "id".equals(refusal.field()) || "custom_id".equals(refusal.field());
            return new Decoded.Unreadable(isAboutId ? message : message + "; and neither value nor key has an id");
        }
        Rejection rejection = new Rejection(
                new RequestId(job, id),
                sender.dialect(),
                tenant,
                refusal.code(),
                message,
                refusal.field(),
                arrival.source(),
                arrival.receivedAt(),
                sender.metadata());
        return new Decoded.Refused(rejection, ContentDigest.of(value));
    }

    private static String firstValid(String fallback, Predicate<String> rule, @Nullable String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && rule.test(candidate)) {
                return candidate;
            }
        }
        return fallback;
    }

    private static boolean isId(String id) {
        return JsonText.isSound(id) && keepsRules(RequestId.DEFAULT_JOB, id);
    }

    private static boolean isJob(String job) {
        return keepsRules(job, "1");
    }

    private static boolean isTenant(String tenant) {
        return !tenant.isEmpty() && tenant.length() <= Prompt.TENANT_CHARACTERS_MAX && JsonText.isSound(tenant);
    }

    private static boolean keepsRules(String job, String id) {
        try {
            return new RequestId(job, id).job().equals(job);
        } catch (InvalidFieldException e) {
            return false;
        }
    }

    private static void requireSound(String field, String text) {
        JsonText.requireSound(field, text);
    }

    private static String message(InvalidFieldException e) {
        return String.valueOf(e.getMessage());
    }

    /** One line for people: whatever a user put into it, no control character gets through. */
    private static String said(Arrival arrival, String sentence) {
        String line = CONTROL.matcher(sentence)
                .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
        return arrival.source() == null ? line : arrival.source() + ": " + line;
    }
}
