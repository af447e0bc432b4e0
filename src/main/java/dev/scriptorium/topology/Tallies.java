package dev.scriptorium.topology;

import dev.scriptorium.event.JobTally;
import dev.scriptorium.pipeline.Topics.AnswerStyle;
import dev.scriptorium.wire.EventCodec;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Sums of what happened to the requests of a job. A change is a tally too: one of a single event. */
final class Tallies {
    private final EventCodec codec = new EventCodec();
    private final AnswerStyle style;

    Tallies(AnswerStyle style) {
        this.style = style;
    }

    /** @param total empty for a job that is new */
    byte[] add(byte[] job, byte[] change, byte[] total) {
        if (total.length == 0) {
            return change;
        }
        JobTally a = codec.jobTally(total);
        JobTally b = codec.jobTally(change);
        return codec.encode(new JobTally(
                b.job(),
                a.admitted() + b.admitted(),
                a.completed() + b.completed(),
                a.rejected() + b.rejected(),
                a.promptTokens() + b.promptTokens(),
                a.completionTokens() + b.completionTokens(),
                a.updatedAt().isAfter(b.updatedAt()) ? a.updatedAt() : b.updatedAt()));
    }

    /** As users read it. */
    byte[] written(byte[] total) {
        return switch (style) {
            case AVRO -> total;
            case JSON, AS_PROMPT -> json(codec.jobTally(total)).getBytes(StandardCharsets.UTF_8);
        };
    }

    String contentType() {
        return style == AnswerStyle.AVRO ? "avro/binary" : "application/json";
    }

    /** Numbers and a job's name, whose letters need no escape. */
    private static String json(JobTally tally) {
        return ("{\"job\":\"%s\",\"admitted\":%d,\"completed\":%d,\"rejected\":%d,\"prompt_tokens\":%d,"
                        + "\"completion_tokens\":%d,\"updated_at\":\"%s\"}")
                .formatted(
                        tally.job(),
                        tally.admitted(),
                        tally.completed(),
                        tally.rejected(),
                        tally.promptTokens(),
                        tally.completionTokens(),
                        tally.updatedAt());
    }

    /** The step that writes a job's new total for users. */
    static final class Tell extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        private final Tallies tallies;

        Tell(Tallies tallies) {
            this.tallies = tallies;
        }

        @Override
        public void process(Record<byte[], byte[]> total) {
            Headers headers = RecordHeads.none();
            RecordHeads.put(headers, RecordHeads.CONTENT_TYPE, tallies.contentType());
            byte[] value = tallies.written(total.value());
            context().forward(new Record<>(total.key(), value, context().currentSystemTimeMs(), headers), Names.JOBS);
        }
    }
}
