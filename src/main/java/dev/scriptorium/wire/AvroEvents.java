package dev.scriptorium.wire;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.ReplyAddress;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.wire.avro.AssignmentEvent;
import dev.scriptorium.wire.avro.DialectName;
import dev.scriptorium.wire.avro.ErrorCodeName;
import dev.scriptorium.wire.avro.JobTallyRecord;
import dev.scriptorium.wire.avro.MessageRecord;
import dev.scriptorium.wire.avro.PhaseName;
import dev.scriptorium.wire.avro.PriorityName;
import dev.scriptorium.wire.avro.PromptEvent;
import dev.scriptorium.wire.avro.RejectionEvent;
import dev.scriptorium.wire.avro.ReplyRecord;
import dev.scriptorium.wire.avro.ReplyStyleName;
import dev.scriptorium.wire.avro.RequestStateRecord;
import dev.scriptorium.wire.avro.ResponseFormatName;
import dev.scriptorium.wire.avro.ResponseFormatRecord;
import dev.scriptorium.wire.avro.SamplingRecord;
import dev.scriptorium.wire.avro.UnfinishedName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * The nouns as Avro records and back. Times lose what is finer than a microsecond. Maps are written in the order of
 * their keys, because equal events must give equal bytes.
 *
 * <p>Reading throws {@link InvalidFieldException} where a value breaks its noun's rule.
 */
final class AvroEvents {
    private AvroEvents() {}

    static PromptEvent write(Prompt prompt) {
        PromptEvent.Builder builder = PromptEvent.newBuilder()
                .setId(prompt.request().id())
                .setJob(prompt.request().job())
                .setTenant(prompt.tenant())
                .setModel(prompt.model())
                .setSampling(write(prompt.sampling()))
                .setPriority(write(prompt.priority()))
                .setDeadline(prompt.deadline() == null ? null : micros(prompt.deadline()))
                .setMetadata(new TreeMap<>(prompt.metadata()))
                .setStream(prompt.delivery().stream())
                .setOnDeadline(write(prompt.delivery().onDeadline()))
                .setOnCancel(write(prompt.delivery().onCancel()))
                .setN(prompt.answer().n())
                .setLogprobs(prompt.answer().logprobs())
                .setEcho(prompt.answer().echo())
                .setResponseFormat(write(prompt.answer().format()));
        switch (prompt.input()) {
            case Input.Text text -> builder.setPrompt(text.text()).setSpecialTokens(text.specialTokens());
            case Input.Chat chat ->
                builder.setMessages(chat.messages().stream()
                        .map(message -> new MessageRecord(message.role(), message.content()))
                        .toList());
        }
        return builder.build();
    }

    /** @param dialect the answer's format, and where the record itself names no id or job, {@code fallback}'s */
    static Prompt read(PromptEvent event, RequestId request, Dialect dialect, String tenant, @Nullable String source) {
        return new Prompt(
                request,
                dialect,
                tenant,
                event.getModel(),
                readInput(event),
                read(event.getSampling()),
                new AnswerSpec(event.getN(), event.getLogprobs(), event.getEcho(), read(event.getResponseFormat())),
                read(event.getPriority()),
                event.getDeadline(),
                event.getMetadata(),
                source,
                new Delivery(event.getStream(), read(event.getOnDeadline()), read(event.getOnCancel())));
    }

    private static Input readInput(PromptEvent event) {
        String text = event.getPrompt();
        List<MessageRecord> messages = event.getMessages();
        if (text != null && messages != null) {
            throw new InvalidFieldException("messages", "given", "must not be, because 'prompt' is given too");
        }
        if (messages != null) {
            if (event.getSpecialTokens()) {
                throw new InvalidFieldException("special_tokens", true, "must be false with 'messages'");
            }
            return new Input.Chat(messages.stream()
                    .map(message -> new Message(message.getRole(), message.getContent()))
                    .toList());
        }
        if (text != null) {
            return new Input.Text(text, event.getSpecialTokens());
        }
        throw new InvalidFieldException("prompt", "null", "must be given, or 'messages'");
    }

    private static @Nullable ResponseFormatRecord write(ResponseFormat format) {
        return switch (format) {
            case ResponseFormat.Text ignored -> null;
            case ResponseFormat.JsonObject ignored ->
                new ResponseFormatRecord(ResponseFormatName.JSON_OBJECT, null, null);
            case ResponseFormat.JsonSchema json ->
                new ResponseFormatRecord(ResponseFormatName.JSON_SCHEMA, json.name(), json.schema());
            case ResponseFormat.AvroSchema avro ->
                new ResponseFormatRecord(ResponseFormatName.AVRO_SCHEMA, null, avro.schema());
        };
    }

    private static ResponseFormat read(@Nullable ResponseFormatRecord format) {
        if (format == null) {
            return ResponseFormat.TEXT;
        }
        String name = format.getName();
        return switch (format.getType()) {
            case JSON_OBJECT -> new ResponseFormat.JsonObject();
            case JSON_SCHEMA -> new ResponseFormat.JsonSchema(name == null ? "schema" : name, schema(format));
            case AVRO_SCHEMA -> new ResponseFormat.AvroSchema(schema(format));
            case UNKNOWN ->
                throw new InvalidFieldException(
                        "response_format.type", format.getType(), "must be JSON_OBJECT, JSON_SCHEMA or AVRO_SCHEMA");
        };
    }

    private static String schema(ResponseFormatRecord format) {
        String schema = format.getSchemaJson();
        if (schema == null) {
            throw new InvalidFieldException(
                    "response_format.schema_json", "null", "must be given for " + format.getType());
        }
        return schema;
    }

    private static SamplingRecord write(Sampling sampling) {
        return new SamplingRecord(
                sampling.maxTokens(),
                sampling.maxLength(),
                sampling.temperature(),
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                sampling.repetitionPenalty(),
                sampling.frequencyPenalty(),
                sampling.presencePenalty(),
                sampling.seed(),
                sampling.stop());
    }

    private static Sampling read(SamplingRecord sampling) {
        return new Sampling(
                sampling.getMaxTokens(),
                sampling.getMaxLength(),
                sampling.getTemperature(),
                sampling.getTopK(),
                sampling.getTopP(),
                sampling.getMinP(),
                sampling.getRepetitionPenalty(),
                sampling.getFrequencyPenalty(),
                sampling.getPresencePenalty(),
                sampling.getSeed(),
                sampling.getStop());
    }

    /** The answer as users get it. */
    static SpecificRecordBase write(Outcome outcome) {
        return switch (outcome) {
            case Completion completion -> AvroCompletions.write(completion);
            case Rejection rejection -> write(rejection);
        };
    }

    static RejectionEvent write(Rejection rejection) {
        return RejectionEvent.newBuilder()
                .setId(rejection.request().id())
                .setJob(rejection.request().job())
                .setTenant(rejection.tenant())
                .setCode(ErrorCodeName.valueOf(rejection.code().name()))
                .setMessage(rejection.message())
                .setField(rejection.field())
                .setSource(rejection.source())
                .setRejectedAt(micros(rejection.rejectedAt()))
                .setMetadata(new TreeMap<>(rejection.metadata()))
                .build();
    }

    static Rejection read(RejectionEvent event, Dialect dialect) {
        return new Rejection(
                new RequestId(event.getJob(), event.getId()),
                dialect,
                event.getTenant(),
                read(event.getCode()),
                event.getMessage(),
                event.getField(),
                event.getSource(),
                event.getRejectedAt(),
                event.getMetadata());
    }

    static AssignmentEvent write(Assignment assignment) {
        return new AssignmentEvent(
                write(assignment.prompt()),
                write(assignment.prompt().dialect()),
                assignment.prompt().source(),
                assignment.lane(),
                assignment.attempt(),
                micros(assignment.admittedAt()),
                assignment.headers(),
                micros(assignment.sentAt()));
    }

    static RequestStateRecord write(RequestState state) {
        RequestState.Open open = state.open();
        return new RequestStateRecord(
                state.contentDigest(),
                PhaseName.valueOf(state.phase().name()),
                state.lane(),
                state.attempt(),
                micros(state.admittedAt()),
                microsOrNull(state.settledAt()),
                open.tenant(),
                open.lanePartition(),
                microsOrNull(open.assignedAt()),
                microsOrNull(open.retryAt()),
                microsOrNull(open.cancelledAt()),
                open.reservedTokens(),
                write(open.reply()));
    }

    private static @Nullable ReplyRecord write(@Nullable ReplyAddress reply) {
        return reply == null
                ? null
                : new ReplyRecord(
                        ReplyStyleName.valueOf(reply.style().name()),
                        reply.topic(),
                        reply.partition(),
                        reply.correlation());
    }

    private static @Nullable ReplyAddress read(@Nullable ReplyRecord reply) {
        return reply == null
                ? null
                : new ReplyAddress(
                        ReplyAddress.Style.valueOf(reply.getStyle().name()),
                        reply.getTopic(),
                        reply.getPartition(),
                        reply.getCorrelation());
    }

    static RequestState read(RequestStateRecord state) {
        return new RequestState(
                state.getContentDigest(),
                RequestState.Phase.valueOf(state.getPhase().name()),
                state.getLane(),
                state.getAttempt(),
                state.getAdmittedAt(),
                state.getSettledAt(),
                new RequestState.Open(
                        state.getTenant(),
                        state.getLanePartition(),
                        state.getAssignedAt(),
                        state.getRetryAt(),
                        state.getCancelledAt(),
                        state.getReservedTokens(),
                        read(state.getReply())));
    }

    static JobTallyRecord write(JobTally tally) {
        return new JobTallyRecord(
                tally.job(),
                tally.admitted(),
                tally.completed(),
                tally.rejected(),
                tally.promptTokens(),
                tally.completionTokens(),
                micros(tally.updatedAt()));
    }

    static JobTally read(JobTallyRecord tally) {
        return new JobTally(
                tally.getJob(),
                tally.getAdmitted(),
                tally.getCompleted(),
                tally.getRejected(),
                tally.getPromptTokens(),
                tally.getCompletionTokens(),
                tally.getUpdatedAt());
    }

    static DialectName write(Dialect dialect) {
        return DialectName.valueOf(dialect.name());
    }

    /** A format of a later version is answered as plain JSON, which everybody can read. */
    static Dialect read(DialectName dialect) {
        return switch (dialect) {
            case UNKNOWN, PLAIN -> Dialect.PLAIN;
            case AVRO -> Dialect.AVRO;
            case OPENAI_CHAT -> Dialect.OPENAI_CHAT;
            case OPENAI_COMPLETIONS -> Dialect.OPENAI_COMPLETIONS;
        };
    }

    private static UnfinishedName write(Delivery.Unfinished unfinished) {
        return UnfinishedName.valueOf(unfinished.name());
    }

    private static Delivery.Unfinished read(UnfinishedName unfinished) {
        return Delivery.Unfinished.valueOf(unfinished.name());
    }

    private static PriorityName write(Priority priority) {
        return PriorityName.valueOf(priority.name());
    }

    private static Priority read(PriorityName priority) {
        return Priority.valueOf(priority.name());
    }

    private static ErrorCode read(ErrorCodeName code) {
        if (code == ErrorCodeName.UNKNOWN) {
            throw new InvalidFieldException("code", code, "must be one that this version knows");
        }
        return ErrorCode.valueOf(code.name());
    }

    static Instant micros(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    private static @Nullable Instant microsOrNull(@Nullable Instant instant) {
        return instant == null ? null : micros(instant);
    }
}
