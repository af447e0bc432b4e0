package dev.scriptorium.wire;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.wire.avro.AssignmentEvent;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.IntakeEvent;
import dev.scriptorium.wire.avro.JobTallyRecord;
import dev.scriptorium.wire.avro.OutcomeEvent;
import dev.scriptorium.wire.avro.PromptEvent;
import dev.scriptorium.wire.avro.RejectionEvent;
import dev.scriptorium.wire.avro.RequestStateRecord;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * The program's own events as Avro single-object bytes and back. Decoding accepts every schema in
 * {@code schemas/history} and throws {@link UndecodableException} for anything else. Times have microseconds: what is
 * finer is cut off, so an event read back equals one whose times were cut before.
 */
public final class EventCodec {
    private final SingleObject avro;

    public EventCodec() {
        this(SingleObject.ofAllReleased());
    }

    EventCodec(SingleObject avro) {
        this.avro = avro;
    }

    public byte[] encode(Assignment assignment) {
        return avro.encode(AvroEvents.write(assignment));
    }

    public Assignment assignment(byte[] bytes) {
        AssignmentEvent event = avro.decode(bytes, AssignmentEvent.class);
        return checked(() -> new Assignment(
                prompt(event.getPrompt(), AvroEvents.read(event.getDialect()), event.getSource()),
                event.getLane(),
                event.getAttempt(),
                event.getAdmittedAt()));
    }

    public byte[] encode(Outcome outcome) {
        return avro.encode(new OutcomeEvent(AvroEvents.write(outcome.dialect()), AvroEvents.write(outcome)));
    }

    public Outcome outcome(byte[] bytes) {
        OutcomeEvent event = avro.decode(bytes, OutcomeEvent.class);
        Dialect dialect = AvroEvents.read(event.getDialect());
        return checked(() -> switch (event.getOutcome()) {
            case CompletionEvent completion -> AvroEvents.read(completion, dialect);
            case RejectionEvent rejection -> AvroEvents.read(rejection, dialect);
            case Object other -> throw new UndecodableException("An outcome cannot be a " + other.getClass() + ".");
        });
    }

    /** @throws IllegalArgumentException for an {@code Unreadable}: it has no id, so it travels to the dead letters */
    public byte[] encode(Decoded intake) {
        return avro.encode(
                switch (intake) {
                    case Decoded.Accepted(Prompt prompt) ->
                        intake(prompt.dialect(), AvroEvents.write(prompt), prompt.source(), null);
                    case Decoded.Refused(var rejection, String digest) ->
                        intake(rejection.dialect(), AvroEvents.write(rejection), null, digest);
                    case Decoded.Unreadable(String reason) -> throw new IllegalArgumentException(reason);
                });
    }

    private static SpecificRecordBase intake(
            Dialect dialect, SpecificRecordBase event, @Nullable String source, @Nullable String digest) {
        return IntakeEvent.newBuilder()
                .setDialect(AvroEvents.write(dialect))
                .setEvent(event)
                .setSource(source)
                .setContentDigest(digest)
                .build();
    }

    /** An {@code Accepted} or {@code Refused}, as it travels between decode and admit. */
    public Decoded intake(byte[] bytes) {
        IntakeEvent event = avro.decode(bytes, IntakeEvent.class);
        Dialect dialect = AvroEvents.read(event.getDialect());
        return checked(() -> switch (event.getEvent()) {
            case PromptEvent prompt -> new Decoded.Accepted(prompt(prompt, dialect, event.getSource()));
            case RejectionEvent rejection ->
                new Decoded.Refused(
                        AvroEvents.read(rejection, dialect), given(event.getContentDigest(), "content_digest"));
            case Object other -> throw new UndecodableException("An intake cannot be a " + other.getClass() + ".");
        });
    }

    public byte[] encode(RequestState state) {
        return avro.encode(AvroEvents.write(state));
    }

    public RequestState requestState(byte[] bytes) {
        RequestStateRecord state = avro.decode(bytes, RequestStateRecord.class);
        return checked(() -> AvroEvents.read(state));
    }

    public byte[] encode(JobTally tally) {
        return avro.encode(AvroEvents.write(tally));
    }

    public JobTally jobTally(byte[] bytes) {
        JobTallyRecord tally = avro.decode(bytes, JobTallyRecord.class);
        return checked(() -> AvroEvents.read(tally));
    }

    /** SHA-256 in hex of what a prompt asks for: everything but its source and dialect. */
    public String contentDigest(Prompt prompt) {
        return ContentDigest.of(prompt);
    }

    /** On internal topics a prompt says all of this itself; only a user's own may leave it to key and headers. */
    private static Prompt prompt(PromptEvent event, Dialect dialect, @Nullable String source) {
        RequestId request = new RequestId(given(event.getJob(), "job"), given(event.getId(), "id"));
        return AvroEvents.read(event, request, dialect, given(event.getTenant(), "tenant"), source);
    }

    private static String given(@Nullable String value, String field) {
        if (value == null) {
            throw new InvalidFieldException(field, "null", "must be given on an internal topic");
        }
        return value;
    }

    private static <T> T checked(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (InvalidFieldException e) {
            throw new UndecodableException("The event breaks a rule of this version: " + e.getMessage() + ".", e);
        }
    }
}
