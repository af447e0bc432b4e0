package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.DryRun;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.PromptChecks;
import dev.scriptorium.pipeline.Pipeline;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Locale;

/** What a dry run says: every rejection on standard error, the totals at the end. */
final class DryRunReport {
    private static final int REQUESTS_BETWEEN_PROGRESS = 1_000;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean json;
    private final boolean isWatched;

    /** @param json whether the totals are for scripts */
    DryRunReport(boolean json) {
        this(System.out, System.err, json, System.console() != null);
    }

    DryRunReport(PrintStream out, PrintStream err, boolean json, boolean isWatched) {
        this.out = out;
        this.err = err;
        this.json = json;
        this.isWatched = isWatched;
    }

    /** Checks a file and tells what was found. */
    ExitCode of(
            InputOptions input, Pipeline pipeline, PipelineOptions options, Shutdown shutdown, InstantSource clock) {
        DryRun dryRun = new DryRun(input.job(), input.file(), pipeline, new PromptChecks(pipeline, options), clock);
        DryRun.Totals totals = dryRun.run(this::rejected, this::progress, shutdown::isRequested);
        end(input.job(), totals);
        if (!totals.finished()) {
            return ExitCode.INTERRUPTED;
        }
        return totals.rejected() > 0 ? ExitCode.SOME_REJECTED : ExitCode.OK;
    }

    private void rejected(Rejection rejection) {
        String source = rejection.source();
        String message = rejection.message();
        String place = source == null || message.startsWith(source) ? "" : source + ": ";
        err.println((isWatched ? "\r" : "") + place + message);
    }

    private void progress(DryRun.Totals totals) {
        if (isWatched && totals.requests() % REQUESTS_BETWEEN_PROGRESS == 0) {
            err.printf(Locale.ROOT, "\r%,d requests checked", totals.requests());
            err.flush();
        }
    }

    private void end(String job, DryRun.Totals totals) {
        if (json) {
            out.printf(
                    Locale.ROOT,
                    "{\"job\":\"%s\",\"dry_run\":true,\"requests\":%d,\"rejected\":%d,\"prompt_tokens\":%d,"
                            + "\"completion_tokens_max\":%d,\"finished\":%b}%n",
                    job,
                    totals.requests(),
                    totals.rejected(),
                    totals.promptTokens(),
                    totals.completionTokensMax(),
                    totals.finished());
            return;
        }
        err.printf(
                Locale.ROOT,
                "%s%s: %,d requests, %,d would be rejected; the others have %,d prompt tokens and ask for at most %,d"
                        + " completion tokens%nnothing was sent%n",
                isWatched ? "\r" : "",
                totals.finished() ? "dry run" : "stopped",
                totals.requests(),
                totals.rejected(),
                totals.promptTokens(),
                totals.completionTokensMax());
    }
}
