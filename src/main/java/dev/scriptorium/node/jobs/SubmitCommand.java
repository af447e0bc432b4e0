package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.Submission;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A prompt file goes in; its answers are collected later, from anywhere. */
@Command(
        name = "submit",
        description =
                "Sends a file of prompts to a running pipeline and returns at once; watch and results do the rest."
                        + " Cut off at any moment, the same command goes on.",
        mixinStandardHelpOptions = true)
public final class SubmitCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private InputOptions input = new InputOptions();

    @Option(names = "--dry-run", description = InputOptions.DRY_RUN + " Needs the pipeline's models on this machine.")
    private boolean dryRun;

    @Option(names = "--json", description = "Say the result as JSON on standard output.")
    private boolean json;

    public SubmitCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Pipeline pipeline = options.load();
        if (dryRun) {
            try (Shutdown.Guard _ = shutdown.guard()) {
                return new DryRunReport(json)
                        .of(input, pipeline, options, shutdown, clock)
                        .code();
            }
        }
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.connect(pipeline, options)) {
            services.requireTopics();
            Submission.Sent sent = new Submission(
                            job(services.pipeline()), Prompt.DEFAULT_TENANT, shutdown::isRequested, clock)
                    .run(requests -> {
                        if (System.console() != null) {
                            System.err.printf(Locale.ROOT, "\r%,d requests sent", requests);
                            System.err.flush();
                        }
                    });
            say(sent);
            return (sent.finished() ? ExitCode.OK : ExitCode.INTERRUPTED).code();
        }
    }

    private BulkJob job(Pipeline pipeline) {
        Path nowhere = Path.of("unused");
        return new BulkJob(
                input.job(),
                input.file(),
                nowhere,
                nowhere,
                BulkJob.Form.FULL,
                null,
                null,
                Services.jobTopics(pipeline),
                pipeline.kafka().common());
    }

    private void say(Submission.Sent sent) {
        String job = input.job();
        if (json) {
            System.out.printf(
                    Locale.ROOT,
                    "{\"job\":\"%s\",\"requests\":%d,\"refused\":%d,\"finished\":%b,\"submitted_before\":%b}%n",
                    job,
                    sent.requests(),
                    sent.refused(),
                    sent.finished(),
                    sent.before());
            return;
        }
        if (System.console() != null) {
            System.err.print("\r");
        }
        if (!sent.finished()) {
            System.err.printf(Locale.ROOT, "stopped after %,d requests; the same command goes on%n", sent.requests());
            return;
        }
        System.err.printf(
                Locale.ROOT,
                "job '%s': %,d requests %s%s%n",
                job,
                sent.requests(),
                sent.before() ? "were submitted before; nothing is sent twice" : "submitted",
                sent.refused() > 0
                        ? String.format(Locale.ROOT, ", %,d of them refused: the results say why", sent.refused())
                        : "");
        System.err.printf(
                "next: scriptorium watch %s%s, then scriptorium results %s%s%n",
                job, options.again(), job, options.again());
    }
}
