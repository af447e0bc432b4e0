package dev.scriptorium.wire;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Echo;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.Usage;
import dev.scriptorium.wire.EventCodec.ContentDigest;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.AnswerSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes outcomes for users; equal outcomes give equal bytes, because names stand in a fixed order and every id is
 * derived from the request's.
 *
 * <p>An OpenAI line is answered as OpenAI's batch output is: {@code response} always there with a status code, the
 * line's own {@code error} always null. A refused request has a status of 400 or more and OpenAI's error object as its
 * body, so one way of reading serves both; we never write a line without a response. What OpenAI has no name for stands
 * in {@code body.scriptorium}.
 */
public final class AnswerWriter {
    private static final int OPENAI_ID_CHARACTERS = 24;
    private static final int FINGERPRINT_CHARACTERS = 10;

    private final JsonFactory json = new JsonFactory();
    private final SingleObject avro;
    private final AnswerFrame frame;

    private enum Shape {
        AVRO,
        PLAIN,
        OPENAI
    }

    public AnswerWriter() {
        this(AnswerFrame.NONE);
    }

    /** @param frame of what is written in Avro */
    public AnswerWriter(AnswerFrame frame) {
        this(SingleObject.ofAllReleased(), frame);
    }

    AnswerWriter(SingleObject avro) {
        this(avro, AnswerFrame.NONE);
    }

    private AnswerWriter(SingleObject avro, AnswerFrame frame) {
        this.avro = avro;
        this.frame = frame;
    }

    /** A whole record value; JSON is one line without a line end. */
    public byte[] write(Outcome outcome, AnswerFormat format) {
        return switch (shape(outcome, format)) {
            case AVRO -> frame.close(schema(outcome), avro.encode(AvroEvents.write(outcome)));
            case PLAIN -> json(out -> plain(out, outcome));
            case OPENAI -> json(out -> line(out, outcome));
        };
    }

    /** The {@code content-type} header for the same arguments: {@code application/json} or {@code avro/binary}. */
    public String contentType(Outcome outcome, AnswerFormat format) {
        return shape(outcome, format) == Shape.AVRO ? "avro/binary" : "application/json";
    }

    /** The {@link AnswerFrame#SCHEMA_HEADER} for the same arguments; null if there is none. */
    public @Nullable String schemaHeader(Outcome outcome, AnswerFormat format) {
        return shape(outcome, format) == Shape.AVRO ? frame.header(schema(outcome)) : null;
    }

    private static AnswerSchema schema(Outcome outcome) {
        return switch (outcome) {
            case Completion _ -> AnswerSchema.COMPLETION;
            case Rejection _ -> AnswerSchema.REJECTION;
        };
    }

    private static Shape shape(Outcome outcome, AnswerFormat format) {
        Shape inKind = switch (outcome.dialect()) {
            case AVRO -> Shape.AVRO;
            case PLAIN -> Shape.PLAIN;
            case OPENAI_CHAT, OPENAI_COMPLETIONS -> Shape.OPENAI;
        };
        return switch (format) {
            case AVRO -> Shape.AVRO;
            case AS_PROMPT -> inKind;
            case JSON -> inKind == Shape.AVRO ? Shape.PLAIN : inKind;
        };
    }

    /** The HTTP status that a client of OpenAI's would have seen. */
    static int status(ErrorCode code) {
        return switch (code) {
            case MALFORMED,
                    UNKNOWN_FIELD,
                    MISSING_FIELD,
                    INVALID_VALUE,
                    NO_ROUTE,
                    CONTEXT_LENGTH_EXCEEDED,
                    TEMPLATE_ERROR -> 400;
            case MODEL_NOT_FOUND -> 404;
            case SCHEMA_VIOLATION -> 422;
            case DEADLINE_EXCEEDED -> 408;
            case ID_CONFLICT -> 409;
            case PROMPT_TOO_LARGE -> 413;
            case QUOTA_EXCEEDED -> 429;
            case CANCELLED -> 499;
            case NON_FINITE_LOGITS, WORKER_FAILED -> 500;
        };
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    private byte[] json(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = json.createGenerator(bytes, JsonEncoding.UTF8)) {
            out.writeStartObject();
            body.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("JSON could not be written to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void plain(JsonGenerator out, Outcome outcome) throws IOException {
        out.writeStringField("id", outcome.request().id());
        out.writeStringField("job", outcome.request().job());
        switch (outcome) {
            case Completion completion -> {
                out.writeStringField("tenant", completion.tenant());
                out.writeStringField("text", completion.text());
                out.writeStringField("finish_reason", name(completion.finishReason()));
                plainChoices(out, completion);
                usage(out, completion.usage());
                out.writeStringField("model", completion.provenance().model());
                provenance(out, completion);
            }
            case Rejection rejection -> {
                out.writeStringField("tenant", rejection.tenant());
                out.writeObjectFieldStart("error");
                out.writeStringField("code", rejection.code().code());
                out.writeStringField("message", rejection.message());
                nullable(out, "field", rejection.field());
                nullable(out, "source", rejection.source());
                out.writeEndObject();
                out.writeStringField("rejected_at", micros(rejection.rejectedAt()));
                metadata(out, rejection.metadata());
            }
        }
    }

    /** What was asked for beside one text: log probabilities, further choices, the prompt again. */
    private static void plainChoices(JsonGenerator out, Completion completion) throws IOException {
        List<Choice> choices = completion.choices();
        if (choices.getFirst().logprobs() != null) {
            AnswerLogprobs.chat(out, choices.getFirst().logprobs());
        }
        if (choices.size() > 1) {
            out.writeArrayFieldStart("choices");
            for (int i = 0; i < choices.size(); i++) {
                Choice choice = choices.get(i);
                out.writeStartObject();
                out.writeNumberField("index", i);
                out.writeStringField("text", choice.text());
                out.writeStringField("finish_reason", name(choice.finishReason()));
                out.writeNumberField("seed", choice.seed());
                out.writeNumberField("completion_tokens", choice.completionTokens());
                if (choice.logprobs() != null) {
                    AnswerLogprobs.chat(out, choice.logprobs());
                }
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        Echo echo = completion.echo();
        if (echo != null) {
            out.writeObjectFieldStart("echo");
            out.writeStringField("text", echo.text());
            if (echo.logprobs() != null) {
                AnswerLogprobs.chat(out, echo.logprobs());
            }
            out.writeEndObject();
        }
    }

    /** What makes a completion reproducible, and what happened on the way to it. */
    private static void provenance(JsonGenerator out, Completion completion) throws IOException {
        sampling(out, completion.sampling());
        out.writeStringField("weights_digest", completion.provenance().weightsDigest());
        out.writeStringField("runtime_version", completion.provenance().runtimeVersion());
        if (completion.provenance().promptDigest() != null) {
            out.writeStringField("prompt_digest", completion.provenance().promptDigest());
        }
        out.writeStringField("worker", completion.worker());
        out.writeNumberField("attempt", completion.attempt());
        Timings timings = completion.timings();
        out.writeObjectFieldStart("timings");
        out.writeNumberField("queue_micros", timings.queue().toNanos() / 1_000);
        out.writeNumberField("prefill_micros", timings.prefill().toNanos() / 1_000);
        out.writeNumberField("decode_micros", timings.decode().toNanos() / 1_000);
        out.writeEndObject();
        out.writeStringField("completed_at", micros(completion.completedAt()));
        metadata(out, completion.metadata());
    }

    private static void sampling(JsonGenerator out, ResolvedSampling sampling) throws IOException {
        out.writeObjectFieldStart("sampling");
        out.writeNumberField("max_tokens", sampling.maxTokens());
        out.writeNumberField("temperature", sampling.temperature());
        out.writeNumberField("top_k", sampling.topK());
        out.writeNumberField("top_p", sampling.topP());
        out.writeNumberField("min_p", sampling.minP());
        out.writeNumberField("repetition_penalty", sampling.repetitionPenalty());
        out.writeNumberField("frequency_penalty", sampling.frequencyPenalty());
        out.writeNumberField("presence_penalty", sampling.presencePenalty());
        out.writeNumberField("seed", sampling.seed());
        out.writeArrayFieldStart("stop");
        for (String text : sampling.stop()) {
            out.writeString(text);
        }
        out.writeEndArray();
        out.writeNumberField("n", sampling.n());
        if (sampling.responseFormatDigest() != null) {
            out.writeStringField("response_format_digest", sampling.responseFormatDigest());
        }
        out.writeEndObject();
    }

    private static void line(JsonGenerator out, Outcome outcome) throws IOException {
        String hash = hash(outcome.request());
        out.writeStringField("id", "batch_req_" + hash);
        out.writeStringField("custom_id", outcome.request().id());
        out.writeObjectFieldStart("response");
        switch (outcome) {
            case Completion completion -> {
                responseStart(out, 200, hash);
                completionBody(out, completion, hash);
            }
            case Rejection rejection -> {
                responseStart(out, status(rejection.code()), hash);
                errorBody(out, rejection);
            }
        }
        out.writeEndObject();
        out.writeEndObject();
        out.writeNullField("error");
    }

    private static void responseStart(JsonGenerator out, int status, String hash) throws IOException {
        out.writeNumberField("status_code", status);
        out.writeStringField("request_id", "req_" + hash);
        out.writeObjectFieldStart("body");
    }

    private static void completionBody(JsonGenerator out, Completion completion, String hash) throws IOException {
        boolean chat = completion.dialect() == Dialect.OPENAI_CHAT;
        Provenance provenance = completion.provenance();
        out.writeStringField("id", (chat ? "chatcmpl-" : "cmpl-") + hash);
        out.writeStringField("object", chat ? "chat.completion" : "text_completion");
        out.writeNumberField("created", completion.completedAt().getEpochSecond());
        out.writeStringField("model", provenance.model());
        out.writeArrayFieldStart("choices");
        for (int i = 0; i < completion.choices().size(); i++) {
            choice(out, completion, i);
        }
        out.writeEndArray();
        usage(out, completion.usage());
        out.writeStringField("system_fingerprint", fingerprint(provenance));
        out.writeObjectFieldStart("scriptorium");
        out.writeStringField("job", completion.request().job());
        out.writeStringField("tenant", completion.tenant());
        if (completion.choices().size() > 1) {
            out.writeArrayFieldStart("seeds");
            for (Choice choice : completion.choices()) {
                out.writeNumber(choice.seed());
            }
            out.writeEndArray();
        }
        provenance(out, completion);
        out.writeEndObject();
    }

    private static void choice(JsonGenerator out, Completion completion, int index) throws IOException {
        Choice choice = completion.choices().get(index);
        out.writeStartObject();
        out.writeNumberField("index", index);
        if (completion.dialect() == Dialect.OPENAI_CHAT) {
            out.writeObjectFieldStart("message");
            out.writeStringField("role", "assistant");
            out.writeStringField("content", choice.text());
            out.writeNullField("refusal");
            out.writeEndObject();
            AnswerLogprobs.chat(out, choice.logprobs());
        } else {
            Echo echo = completion.echo();
            out.writeStringField("text", echo == null ? choice.text() : echo.text() + choice.text());
            AnswerLogprobs.completions(out, echo, choice);
        }
        out.writeStringField("finish_reason", name(choice.finishReason()));
        out.writeEndObject();
    }

    private static void errorBody(JsonGenerator out, Rejection rejection) throws IOException {
        out.writeObjectFieldStart("error");
        out.writeStringField("message", rejection.message());
        out.writeStringField("type", status(rejection.code()) < 500 ? "invalid_request_error" : "server_error");
        nullable(out, "param", rejection.field());
        out.writeStringField("code", rejection.code().code());
        out.writeEndObject();
        out.writeObjectFieldStart("scriptorium");
        out.writeStringField("job", rejection.request().job());
        out.writeStringField("tenant", rejection.tenant());
        nullable(out, "source", rejection.source());
        out.writeStringField("rejected_at", micros(rejection.rejectedAt()));
        metadata(out, rejection.metadata());
        out.writeEndObject();
    }

    private static void usage(JsonGenerator out, Usage usage) throws IOException {
        out.writeObjectFieldStart("usage");
        out.writeNumberField("prompt_tokens", usage.promptTokens());
        out.writeNumberField("completion_tokens", usage.completionTokens());
        out.writeNumberField("total_tokens", usage.totalTokens());
        out.writeObjectFieldStart("prompt_tokens_details");
        out.writeNumberField("cached_tokens", usage.cachedTokens());
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void metadata(JsonGenerator out, Map<String, String> metadata) throws IOException {
        out.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> pair : new TreeMap<>(metadata).entrySet()) {
            out.writeStringField(pair.getKey(), pair.getValue());
        }
        out.writeEndObject();
    }

    private static void nullable(JsonGenerator out, String name, @Nullable String value) throws IOException {
        if (value == null) {
            out.writeNullField(name);
        } else {
            out.writeStringField(name, value);
        }
    }

    private static String name(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static String micros(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS).toString();
    }

    private static String hash(RequestId request) {
        return ContentDigest.of(request.key().getBytes(StandardCharsets.UTF_8)).substring(0, OPENAI_ID_CHARACTERS);
    }

    /** Equal for equal weights and runtime: what OpenAI's field of this name is for. */
    private static String fingerprint(Provenance provenance) {
        String all = provenance.weightsDigest() + "\n" + provenance.runtimeVersion();
        return "fp_" + ContentDigest.of(all.getBytes(StandardCharsets.UTF_8)).substring(0, FINGERPRINT_CHARACTERS);
    }
}
