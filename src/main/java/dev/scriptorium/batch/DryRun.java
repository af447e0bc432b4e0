package dev.scriptorium.batch;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.Router;
import dev.scriptorium.pipeline.Routing;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.PromptDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Goes through a file as a run would and asks at every line what router and worker would say before the model is asked;
 * nothing is sent and nothing is written. What only a running pipeline knows is left out: quotas, and ids that other
 * files have used.
 */
public final class DryRun {
    private final String job;
    private final PromptFile input;
    private final int recordBytesMax;
    private final Router router;
    private final PromptDecoder decoder;
    private final Judge judge;
    private final InstantSource clock;

    /** The worker's part of the check. */
    public interface Judge {
        /** @param prompt routed, with the pipeline's defaults filled in */
        Verdict judge(Prompt prompt, Instant now);
    }

    /** What would become of a prompt. */
    public sealed interface Verdict {
        record Counted(long promptTokens, long completionTokensMax) implements Verdict {}

        record Rejected(Rejection rejection) implements Verdict {}
    }

    /**
     * @param requests lines that are not blank
     * @param rejected of them
     * @param promptTokens of all others
     * @param completionTokensMax the most that could be written for all others
     * @param finished false if it was stopped
     */
    public record Totals(long requests, long rejected, long promptTokens, long completionTokensMax, boolean finished) {
        private static final Totals NOTHING_YET = new Totals(0, 0, 0, 0, false);

        private Totals with(Verdict verdict) {
            return switch (verdict) {
                case Verdict.Counted(long prompt, long completion) ->
                    new Totals(
                            requests + 1, rejected, promptTokens + prompt, completionTokensMax + completion, finished);
                case Verdict.Rejected _ ->
                    new Totals(requests + 1, rejected + 1, promptTokens, completionTokensMax, finished);
            };
        }
    }

    public DryRun(String job, PromptFile input, Pipeline pipeline, Judge judge, InstantSource clock) {
        this.job = job;
        this.input = input;
        this.recordBytesMax = pipeline.limits().recordBytesMax();
        this.router = new Router(pipeline);
        this.decoder = new PromptDecoder(recordBytesMax);
        this.judge = judge;
        this.clock = clock;
    }

    /**
     * @param rejections is told each as it is found
     * @param progress is told the totals after each line
     * @param stopRequested is asked at every line
     */
    public Totals run(Consumer<Rejection> rejections, Consumer<Totals> progress, BooleanSupplier stopRequested) {
        LineIntake intake = new LineIntake(job, String.valueOf(input.path().getFileName()), recordBytesMax);
        Totals totals = Totals.NOTHING_YET;
        try (PromptSource source = input.open(recordBytesMax)) {
            for (PromptLines.Line line = source.next(); line != null; line = source.next()) {
                if (stopRequested.getAsBoolean()) {
                    return totals;
                }
                Instant now = clock.instant();
                Verdict verdict = switch (intake.decide(line, now)) {
                    case LineIntake.Decision.Skip() -> null;
                    case LineIntake.Decision.Refuse(var rejection, var _) -> new Verdict.Rejected(rejection);
                    case LineIntake.Decision.Send send -> judge(send, now);
                };
                if (verdict == null) {
                    continue;
                }
                totals = totals.with(verdict);
                if (verdict instanceof Verdict.Rejected(var rejection)) {
                    rejections.accept(rejection);
                }
                progress.accept(totals);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the input " + input.path() + " cannot be read: " + e.getMessage(), e);
        }
        return new Totals(
                totals.requests(), totals.rejected(), totals.promptTokens(), totals.completionTokensMax(), true);
    }

    /** As decode and admit read what is sent. */
    private Verdict judge(LineIntake.Decision.Send send, Instant now) {
        Arrival arrival = new Arrival(send.recordKey(), send.value(), job, null, send.source(), now);
        return switch (decoder.decode(arrival)) {
            case Decoded.Accepted(var prompt) ->
                switch (router.route(prompt, now)) {
                    case Routing.ToLane toLane -> judge.judge(toLane.prompt(), now);
                    case Routing.Refused(var rejection) -> new Verdict.Rejected(rejection);
                };
            case Decoded.Refused(var rejection, var _) -> new Verdict.Rejected(rejection);
            case Decoded.Cancelled _, Decoded.Unreadable _ ->
                throw new IllegalStateException(new String(send.value(), StandardCharsets.UTF_8) + " was decided");
        };
    }
}
