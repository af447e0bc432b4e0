package dev.scriptorium.topology;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.ReplyAddress;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.Topics.AnswerStyle;
import dev.scriptorium.topology.reply.CloudEventHeads;
import dev.scriptorium.topology.reply.ReplyHeads;
import dev.scriptorium.wire.AnswerFormat;
import dev.scriptorium.wire.AnswerWriter;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Terminal events as users read them: the key is their own id, the headers say whose it is and how it is written. */
final class Answers {
    private final AnswerWriter writer;
    private final AnswerFormat completionFormat;
    private final AnswerFormat rejectionFormat;
    private final int answerBytesMax;
    private final String pipelineName;

    /** @param frame of answers in Avro */
    Answers(Pipeline pipeline, AnswerFrame frame) {
        this.writer = new AnswerWriter(frame);
        this.pipelineName = pipeline.name();
        this.completionFormat = format(pipeline.topics().completionFormat());
        this.rejectionFormat = format(pipeline.topics().rejectionFormat());
        this.answerBytesMax = pipeline.limits().arrivalBytesMax();
    }

    /**
     * An outcome and the bytes of its answer, which always fit the topic.
     *
     * @param schemaHeader what names the schema of an answer that a registry's id stands before; null for others
     */
    record Answer(
            Outcome outcome,
            byte[] value,
            String contentType,
            @Nullable String schemaHeader) {}

    /**
     * Writes an outcome. One that is too long for the topic would stop the router for good, so it becomes a rejection
     * that says so.
     */
    Answer write(Outcome outcome, Instant now) {
        Answer answer = encode(outcome);
        if (answer.value().length <= answerBytesMax) {
            return answer;
        }
        String message = "the answer to '%s' has %d bytes, but the topic takes at most %d; ask for fewer tokens"
                .formatted(outcome.request().key(), answer.value().length, answerBytesMax);
        return switch (outcome) {
            case Completion completion ->
                encode(bare(outcome, completion.tenant(), ErrorCode.WORKER_FAILED, message, now));
            case Rejection rejection ->
                encode(bare(
                        outcome,
                        rejection.tenant(),
                        rejection.code(),
                        "the request was rejected for a reason that is too long to be told",
                        now));
        };
    }

    /**
     * @param contentDigest of the request that is answered
     * @param carried headers of the prompt
     * @param reply what its sender knows the answer by; null if nothing
     */
    Record<byte[], byte[]> record(
            Answer answer,
            String contentDigest,
            Map<String, String> carried,
            @Nullable ReplyAddress reply,
            Instant now) {
        RequestId request = answer.outcome().request();
        Headers headers = RecordHeads.put(RecordHeads.none(), carried);
        RecordHeads.put(headers, RecordHeads.CONTENT_TYPE, answer.contentType());
        if (answer.schemaHeader() != null) {
            RecordHeads.put(headers, AnswerFrame.SCHEMA_HEADER, answer.schemaHeader());
        }
        RecordHeads.request(headers, request.job(), request.id());
        RecordHeads.put(headers, Arrival.CONTENT_DIGEST_HEADER, contentDigest);
        CloudEventHeads.write(headers, answer.outcome(), answer.contentType(), pipelineName, now);
        ReplyHeads.correlate(headers, reply);
        byte[] key = request.id().getBytes(StandardCharsets.UTF_8);
        return new Record<>(key, answer.value(), now.toEpochMilli(), headers);
    }

    /** The same for one topic more. */
    static Record<byte[], byte[]> reply(Record<byte[], byte[]> answer, String topic, int partition) {
        Headers headers = new RecordHeaders(answer.headers());
        ReplyHeads.address(headers, topic, partition);
        return answer.withHeaders(headers);
    }

    private Answer encode(Outcome outcome) {
        AnswerFormat format = switch (outcome) {
            case Completion _ -> completionFormat;
            case Rejection _ -> rejectionFormat;
        };
        return new Answer(
                outcome,
                writer.write(outcome, format),
                writer.contentType(outcome, format),
                writer.schemaHeader(outcome, format));
    }

    private static Rejection bare(Outcome outcome, String tenant, ErrorCode code, String message, Instant now) {
        return new Rejection(outcome.request(), outcome.dialect(), tenant, code, message, null, null, now, Map.of());
    }

    private static AnswerFormat format(AnswerStyle style) {
        return switch (style) {
            case AS_PROMPT -> AnswerFormat.AS_PROMPT;
            case JSON -> AnswerFormat.JSON;
            case AVRO -> AnswerFormat.AVRO;
        };
    }
}
