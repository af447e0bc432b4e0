package dev.scriptorium.wire;

import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Echo;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.TokenLogprob;
import dev.scriptorium.event.Usage;
import dev.scriptorium.wire.avro.AlternativeRecord;
import dev.scriptorium.wire.avro.ChoiceRecord;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.EchoRecord;
import dev.scriptorium.wire.avro.FinishReasonName;
import dev.scriptorium.wire.avro.ResolvedSamplingRecord;
import dev.scriptorium.wire.avro.TokenLogprobRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Completions as Avro records and back; the rules are those of {@link AvroEvents}. */
final class AvroCompletions {
    private AvroCompletions() {}

    static CompletionEvent write(Completion completion) {
        return CompletionEvent.newBuilder()
                .setId(completion.request().id())
                .setJob(completion.request().job())
                .setTenant(completion.tenant())
                .setText(completion.text())
                .setFinishReason(write(completion.finishReason()))
                .setPromptTokens(completion.usage().promptTokens())
                .setCompletionTokens(completion.usage().completionTokens())
                .setSampling(write(completion.sampling()))
                .setModel(completion.provenance().model())
                .setWeightsDigest(completion.provenance().weightsDigest())
                .setRuntimeVersion(completion.provenance().runtimeVersion())
                .setWorker(completion.worker())
                .setAttempt(completion.attempt())
                .setQueueMicros(micros(completion.timings().queue()))
                .setPrefillMicros(micros(completion.timings().prefill()))
                .setDecodeMicros(micros(completion.timings().decode()))
                .setCompletedAt(AvroEvents.micros(completion.completedAt()))
                .setMetadata(new TreeMap<>(completion.metadata()))
                .setPromptDigest(completion.provenance().promptDigest())
                .setCachedTokens(completion.usage().cachedTokens())
                .setChoices(writeChoices(completion))
                .setEcho(write(completion.echo()))
                .build();
    }

    static Completion read(CompletionEvent event, Dialect dialect) {
        return new Completion(
                new RequestId(event.getJob(), event.getId()),
                dialect,
                event.getTenant(),
                readChoices(event),
                read(event.getEcho()),
                new Usage(event.getPromptTokens(), event.getCachedTokens(), event.getCompletionTokens()),
                read(event.getSampling()),
                new Provenance(
                        event.getModel(), event.getWeightsDigest(), event.getRuntimeVersion(), event.getPromptDigest()),
                event.getWorker(),
                event.getAttempt(),
                new Timings(
                        Duration.of(event.getQueueMicros(), ChronoUnit.MICROS),
                        Duration.of(event.getPrefillMicros(), ChronoUnit.MICROS),
                        Duration.of(event.getDecodeMicros(), ChronoUnit.MICROS)),
                event.getCompletedAt(),
                event.getMetadata());
    }

    /** One plain text needs no list: the record's own fields say it all. */
    private static List<ChoiceRecord> writeChoices(Completion completion) {
        List<Choice> choices = completion.choices();
        if (choices.size() == 1 && choices.getFirst().logprobs() == null) {
            return List.of();
        }
        return choices.stream()
                .map(choice -> new ChoiceRecord(
                        choice.text(),
                        write(choice.finishReason()),
                        choice.seed(),
                        choice.completionTokens(),
                        writeLogprobs(choice.logprobs())))
                .toList();
    }

    private static List<Choice> readChoices(CompletionEvent event) {
        if (event.getChoices().isEmpty()) {
            return List.of(new Choice(
                    event.getText(),
                    read(event.getFinishReason()),
                    event.getSampling().getSeed(),
                    event.getCompletionTokens(),
                    null));
        }
        return event.getChoices().stream()
                .map(choice -> new Choice(
                        choice.getText(),
                        read(choice.getFinishReason()),
                        choice.getSeed(),
                        choice.getCompletionTokens(),
                        readLogprobs(choice.getLogprobs())))
                .toList();
    }

    private static @Nullable EchoRecord write(@Nullable Echo echo) {
        return echo == null ? null : new EchoRecord(echo.text(), writeLogprobs(echo.logprobs()));
    }

    private static @Nullable Echo read(@Nullable EchoRecord echo) {
        return echo == null ? null : new Echo(echo.getText(), readLogprobs(echo.getLogprobs()));
    }

    private static @Nullable List<TokenLogprobRecord> writeLogprobs(@Nullable List<TokenLogprob> logprobs) {
        return logprobs == null
                ? null
                : logprobs.stream()
                        .map(each -> new TokenLogprobRecord(
                                each.token().id(),
                                each.token().text(),
                                bytes(each.token().latin1()),
                                each.logprob(),
                                each.textOffset(),
                                each.top().stream().map(AvroCompletions::write).toList()))
                        .toList();
    }

    private static @Nullable List<TokenLogprob> readLogprobs(@Nullable List<TokenLogprobRecord> logprobs) {
        return logprobs == null
                ? null
                : logprobs.stream()
                        .map(each -> new TokenLogprob(
                                new TokenLogprob.Token(each.getId(), each.getToken(), latin1(each.getBytes())),
                                each.getLogprob(),
                                each.getTextOffset(),
                                each.getTop().stream()
                                        .map(AvroCompletions::read)
                                        .toList()))
                        .toList();
    }

    private static AlternativeRecord write(TokenLogprob.Alternative alternative) {
        TokenLogprob.Token token = alternative.token();
        return new AlternativeRecord(token.id(), token.text(), bytes(token.latin1()), alternative.logprob());
    }

    private static TokenLogprob.Alternative read(AlternativeRecord each) {
        return new TokenLogprob.Alternative(
                new TokenLogprob.Token(each.getId(), each.getToken(), latin1(each.getBytes())), each.getLogprob());
    }

    private static @Nullable ByteBuffer bytes(@Nullable String latin1) {
        return latin1 == null ? null : ByteBuffer.wrap(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static @Nullable String latin1(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? null
                : StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }

    private static ResolvedSamplingRecord write(ResolvedSampling sampling) {
        return new ResolvedSamplingRecord(
                sampling.maxTokens(),
                sampling.temperature(),
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                sampling.repetitionPenalty(),
                sampling.frequencyPenalty(),
                sampling.presencePenalty(),
                sampling.seed(),
                sampling.stop(),
                sampling.n(),
                sampling.responseFormatDigest());
    }

    private static ResolvedSampling read(ResolvedSamplingRecord sampling) {
        return new ResolvedSampling(
                sampling.getMaxTokens(),
                sampling.getTemperature(),
                sampling.getTopK(),
                sampling.getTopP(),
                sampling.getMinP(),
                sampling.getRepetitionPenalty(),
                sampling.getFrequencyPenalty(),
                sampling.getPresencePenalty(),
                sampling.getSeed(),
                sampling.getStop(),
                sampling.getN(),
                sampling.getResponseFormatDigest());
    }

    static FinishReasonName write(FinishReason reason) {
        return FinishReasonName.valueOf(reason.name());
    }

    static FinishReason read(FinishReasonName reason) {
        return switch (reason) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case DEADLINE_EXCEEDED -> FinishReason.DEADLINE_EXCEEDED;
            case CANCELLED -> FinishReason.CANCELLED;
            case UNKNOWN ->
                throw new InvalidFieldException("finish_reason", reason, "must be one that this version knows");
        };
    }

    private static long micros(Duration duration) {
        return Math.addExact(Math.multiplyExact(duration.toSeconds(), 1_000_000L), duration.toNanosPart() / 1_000);
    }
}
