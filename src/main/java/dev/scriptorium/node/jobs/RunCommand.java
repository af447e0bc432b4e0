package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.BulkProgress;
import dev.scriptorium.batch.BulkRun;
import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.ModelOptions;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import dev.scriptorium.pipeline.Pipeline;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A prompt file goes in, generated text comes out. */
@Command(
        name = "run",
        description = "Answers a file of prompts: one JSON object a line, plain or OpenAI batch lines."
                + " Stopped at any moment, the same command goes on.",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private InputOptions input = new InputOptions();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description =
                    "Completions go here, one a line, each the moment it is settled. Of a table: its rows with what"
                            + " was written for them, at the end.")
    private Path output = Path.of("");

    @Option(
            names = "--errors",
            paramLabel = "FILE",
            description =
                    "Rejections go here. Default: beside the output, completions.errors.jsonl for completions.jsonl.")
    private @Nullable Path errors;

    @Option(names = "--stable", description = InputOptions.STABLE)
    private boolean stable;

    @Option(names = "--dry-run", description = InputOptions.DRY_RUN)
    private boolean dryRun;

    public RunCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Pipeline pipeline = model.applied(options.load());
        if (dryRun) {
            try (Shutdown.Guard _ = shutdown.guard()) {
                return new DryRunReport(false)
                        .of(input, pipeline, options, shutdown, clock)
                        .code();
            }
        }
        PromptFile file = input.file();
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.open(pipeline, options, 0)) {
            services.createTopics();
            services.startRouter(clock, shutdown::fail);
            String digest = services.startWorker(model, Duration.ZERO, clock, shutdown::fail);
            return follow(bulkJob(file, services.pipeline(), digest)).code();
        }
    }

    private ExitCode follow(BulkJob bulkJob) {
        BulkRun run;
        BulkProgress end;
        ProgressDisplay display = new ProgressDisplay(System.err, System.console() != null, clock);
        try (display) {
            run = new BulkRun(bulkJob, display::show, shutdown::isRequested, clock);
            end = run.run();
        }
        shutdown.check();
        summarise(System.err, end, display, run.finished());
        if (!run.finished()) {
            return ExitCode.INTERRUPTED;
        }
        return end.failed() > 0 ? ExitCode.SOME_REJECTED : ExitCode.OK;
    }

    private BulkJob bulkJob(PromptFile file, Pipeline pipeline, String digest) {
        return new BulkJob(
                input.job(),
                file,
                output,
                errorsFile(),
                stable ? BulkJob.Form.STABLE : BulkJob.Form.FULL,
                digest,
                null,
                Services.jobTopics(pipeline),
                pipeline.kafka().common());
    }

    private Path errorsFile() {
        return errors != null ? errors : InputOptions.errorsBeside(output);
    }

    private void summarise(PrintStream out, BulkProgress end, ProgressDisplay display, boolean finished) {
        out.printf(
                Locale.ROOT,
                "%s: %,d requests, %,d completed, %,d rejected%s%n",
                finished ? "done" : "stopped; the same command goes on",
                end.lines(),
                end.completed(),
                end.failed(),
                end.resumed() > 0 ? String.format(Locale.ROOT, " (%,d of them by an earlier run)", end.resumed()) : "");
        out.printf(
                Locale.ROOT,
                "%,d prompt tokens, %,d completion tokens in %.1f s: %,.0f tokens/s%n",
                end.promptTokens(),
                end.completionTokens(),
                display.elapsed().toMillis() / 1000.0,
                display.tokensPerSecond(end));
        out.println("completions: " + output);
        if (end.failed() > 0) {
            out.println("rejections:  " + (input.isTable() ? "in the column 'error'" : errorsFile()));
        }
    }
}
