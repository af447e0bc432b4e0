package dev.scriptorium.wire;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.wire.avro.AssignmentEvent;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.ControlEvent;
import dev.scriptorium.wire.avro.IntakeEvent;
import dev.scriptorium.wire.avro.JobTallyRecord;
import dev.scriptorium.wire.avro.OutcomeEvent;
import dev.scriptorium.wire.avro.PromptEvent;
import dev.scriptorium.wire.avro.RejectionEvent;
import dev.scriptorium.wire.avro.RequestStateRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
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

    /** As a user sends it; its dialect and source are not in it. */
    public byte[] encode(Prompt prompt) {
        return avro.encode(AvroEvents.write(prompt));
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
                event.getAdmittedAt(),
                new TreeMap<>(event.getHeaders()),
                event.getSentAt() == null ? event.getAdmittedAt() : event.getSentAt()));
    }

    public byte[] encode(Outcome outcome) {
        boolean retryable = outcome instanceof Rejection rejection && rejection.retryable();
        return avro.encode(new OutcomeEvent(AvroEvents.write(outcome.dialect()), AvroEvents.write(outcome), retryable));
    }

    public Outcome outcome(byte[] bytes) {
        OutcomeEvent event = avro.decode(bytes, OutcomeEvent.class);
        Dialect dialect = AvroEvents.read(event.getDialect());
        return checked(() -> switch (event.getOutcome()) {
            case CompletionEvent completion -> AvroCompletions.read(completion, dialect);
            case RejectionEvent rejection
            when event.getRetryable() -> AvroEvents.read(rejection, dialect).asRetryable();
            case RejectionEvent rejection -> AvroEvents.read(rejection, dialect);
            case Object other -> throw new UndecodableException("an outcome cannot be a " + other.getClass());
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
                    case Decoded.Cancelled(var cancellation) ->
                        throw new IllegalArgumentException(cancellation.sentence());
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
            case Object other -> throw new UndecodableException("an intake cannot be a " + other.getClass());
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

    public byte[] encode(Cancellation cancellation) {
        return avro.encode(ControlDecoder.event(cancellation));
    }

    public Cancellation cancellation(byte[] bytes) {
        ControlEvent event = avro.decode(bytes, ControlEvent.class);
        return checked(() -> ControlDecoder.cancellation(event, Instant.EPOCH));
    }

    /** SHA-256 in hex of what a prompt asks for: everything but its source and dialect. */
    public String contentDigest(Prompt prompt) {
        return ContentDigest.of(prompt);
    }

    /** The like for a line that its sender refused: equal for equal refusals, whenever they are made. */
    public String contentDigest(Rejection refusal) {
        String said = refusal.request().key() + "\n" + refusal.code().code() + "\n" + refusal.message();
        return ContentDigest.of(said.getBytes(StandardCharsets.UTF_8));
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
            throw new UndecodableException("the event breaks a rule of this version: " + e.getMessage(), e);
        }
    }

    /**
     * SHA-256 of what somebody asked for. It is kept for as long as a request id is remembered, so it must not change
     * when the program does: only what was said goes in, each as name and values with their lengths, so a field that a
     * later version adds changes nothing for those who do not use it. Its golden test holds this.
     */
    static final class ContentDigest {
        private static final String RESPONSE_FORMAT = "response_format";

        private final MessageDigest digest;

        private ContentDigest(MessageDigest digest) {
            this.digest = digest;
        }

        static String of(byte[] bytes) {
            return HexFormat.of().formatHex(sha256().digest(bytes));
        }

        static String of(Prompt prompt) {
            ContentDigest content = new ContentDigest(sha256());
            content.said("job", prompt.request().job());
            content.said("id", prompt.request().id());
            content.said("tenant", prompt.tenant());
            content.said("model", prompt.model());
            switch (prompt.input()) {
                case Input.Text text -> {
                    content.said("prompt", text.text());
                    content.said("special_tokens", text.specialTokens() ? true : null);
                }
                case Input.Chat chat -> {
                    for (Message message : chat.messages()) {
                        content.values("message", message.role(), message.content());
                    }
                }
            }
            content.said(prompt.sampling());
            content.said(prompt.answer());
            content.said("priority", prompt.priority().name());
            content.said("deadline", prompt.deadline());
            content.said(prompt.delivery());
            new TreeMap<>(prompt.metadata()).forEach((key, value) -> content.values("metadata", key, value));
            return HexFormat.of().formatHex(content.digest.digest());
        }

        static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }

        private void said(Delivery delivery) {
            said("stream", delivery.stream() ? "true" : null);
            said("on_deadline", saidUnfinished(delivery.onDeadline()));
            said("on_cancel", saidUnfinished(delivery.onCancel()));
        }

        private static @Nullable String saidUnfinished(Delivery.Unfinished unfinished) {
            return unfinished == Delivery.Unfinished.REJECT ? null : unfinished.name();
        }

        private void said(Sampling sampling) {
            said("max_tokens", sampling.maxTokens());
            said("max_length", sampling.maxLength());
            said("temperature", sampling.temperature());
            said("top_k", sampling.topK());
            said("top_p", sampling.topP());
            said("min_p", sampling.minP());
            said("repetition_penalty", sampling.repetitionPenalty());
            said("frequency_penalty", sampling.frequencyPenalty());
            said("presence_penalty", sampling.presencePenalty());
            said("seed", sampling.seed());
            List<String> stop = sampling.stop();
            if (stop != null) {
                values("stop", stop.toArray(String[]::new));
            }
        }

        private void said(AnswerSpec answer) {
            said("n", answer.n() == 1 ? null : answer.n());
            said("logprobs", answer.logprobs());
            said("echo", answer.echo() ? true : null);
            switch (answer.format()) {
                case ResponseFormat.Text ignored -> {}
                case ResponseFormat.JsonObject object -> values(RESPONSE_FORMAT, object.type());
                case ResponseFormat.JsonSchema json -> values(RESPONSE_FORMAT, json.type(), json.name(), json.schema());
                case ResponseFormat.AvroSchema avro -> values(RESPONSE_FORMAT, avro.type(), avro.schema());
            }
        }

        private void said(String name, @Nullable Object value) {
            if (value != null) {
                values(name, value.toString());
            }
        }

        private void values(String name, String... values) {
            text(name);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, values.length));
            for (String value : values) {
                text(value);
            }
        }

        private void text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            digest.update(bytes);
        }
    }
}
