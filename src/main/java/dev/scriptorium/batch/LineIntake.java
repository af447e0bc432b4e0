package dev.scriptorium.batch;

import dev.scriptorium.batch.PromptLines.Line;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.PromptDecoder;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Decides what becomes of each line of a prompt file. A line that is wrong in itself is sent all the same, because the
 * pipeline answers it with a rejection as it would for anybody; only what cannot be sent is refused here.
 */
final class LineIntake {
    private final String job;
    private final String fileName;
    private final int recordBytesMax;
    private final PromptDecoder decoder;
    private final EventCodec codec = new EventCodec();
    private final Map<String, Long> lineOfKey = new HashMap<>();

    static LineIntake of(BulkJob job) {
        return new LineIntake(
                job.name(),
                String.valueOf(job.input().path().getFileName()),
                job.topics().recordBytesMax());
    }

    LineIntake(String job, String fileName, int recordBytesMax) {
        this.job = job;
        this.fileName = fileName;
        this.recordBytesMax = recordBytesMax;
        this.decoder = new PromptDecoder(recordBytesMax);
    }

    sealed interface Decision {
        /**
         * @param key of the request, {@link RequestId#key}
         * @param contentDigest of what it asks
         * @param recordKey the id for a value that names none
         * @param source for error messages
         */
        record Send(String key, String contentDigest, String recordKey, byte[] value, String source)
                implements Decision {}

        /** @param asSent how the pipeline is told, so that it answers and counts the line like any other */
        record Refuse(Rejection rejection, Send asSent) implements Decision {}

        record Skip() implements Decision {}
    }

    Decision decide(Line line, Instant now) {
        if (line.isBlank()) {
            return new Decision.Skip();
        }
        String source = fileName + ":" + line.number();
        if (line.bytes() > recordBytesMax) {
            return refuse(
                    Dialect.PLAIN,
                    ErrorCode.PROMPT_TOO_LARGE,
                    source,
                    now,
                    String.format(
                            Locale.ROOT, "has %,d bytes, but a prompt has at most %,d", line.bytes(), recordBytesMax));
        }
        Arrival arrival = new Arrival("line-" + line.number(), line.value(), job, null, source, now);
        return switch (decoder.decode(arrival)) {
            case Decoded.Accepted(var prompt) ->
                once(prompt.request(), prompt.dialect(), codec.contentDigest(prompt), line, source, now);
            case Decoded.Refused(var rejection, var digest) ->
                once(rejection.request(), rejection.dialect(), digest, line, source, now);
            case Decoded.Cancelled(var cancellation) ->
                refusal(Dialect.PLAIN, ErrorCode.MALFORMED, source, now, cancellation.sentence());
            case Decoded.Unreadable(var reason) ->
                // The decoder names the source already.
                refusal(Dialect.PLAIN, ErrorCode.MALFORMED, source, now, reason);
        };
    }

    private Decision once(
            RequestId request, Dialect dialect, String contentDigest, Line line, String source, Instant now) {
        if (!request.job().equals(job)) {
            return refuse(
                    dialect,
                    ErrorCode.INVALID_VALUE,
                    source,
                    now,
                    "field 'job' is '" + request.job() + "', but this run is the job '" + job
                            + "'; leave the field out, or use --job " + request.job());
        }
        Long before = lineOfKey.putIfAbsent(request.key(), line.number());
        if (before != null) {
            return refuse(
                    dialect,
                    ErrorCode.ID_CONFLICT,
                    source,
                    now,
                    "id '" + request.id() + "' is used on line " + before
                            + " already, but an id must be unique within its job");
        }
        return new Decision.Send(request.key(), contentDigest, "line-" + line.number(), line.value(), source);
    }

    /** The line itself is the request that failed: its id may belong to another line, or to nobody. */
    private Decision refuse(Dialect dialect, ErrorCode code, String source, Instant now, String message) {
        return refusal(dialect, code, source, now, source + ": " + message);
    }

    private Decision refusal(Dialect dialect, ErrorCode code, String source, Instant now, String sentence) {
        RequestId request = new RequestId(job, source);
        Rejection rejection =
                new Rejection(request, dialect, Prompt.DEFAULT_TENANT, code, sentence, null, source, now, Map.of());
        String digest = codec.contentDigest(rejection);
        byte[] event = codec.encode(new Decoded.Refused(rejection, digest));
        return new Decision.Refuse(rejection, new Decision.Send(request.key(), digest, source, event, source));
    }
}
