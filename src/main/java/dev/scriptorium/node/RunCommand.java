package dev.scriptorium.node;

import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.BulkProgress;
import dev.scriptorium.batch.BulkRun;
import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.pipeline.Pipeline;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A prompt file goes in, generated text comes out. */
@Command(
        name = "run",
        description = "Answers a file of prompts: one JSON object a line, plain or OpenAI batch lines."
                + " Stopped at any moment, the same command goes on.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final String JSONL = ".jsonl";

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "INPUT", description = "The prompts, one JSON object a line.")
    private Path input = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "Completions go here, one a line, each the moment it is settled.")
    private Path output = Path.of("");

    @Option(
            names = "--errors",
            paramLabel = "FILE",
            description =
                    "Rejections go here. Default: beside the output, completions.errors.jsonl for completions.jsonl.")
    private @Nullable Path errors;

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description = "Ids are unique within a job, and the default seed depends on it. Default: the input's name.")
    private @Nullable String job;

    RunCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        if (!Files.isReadable(input) || Files.isDirectory(input)) {
            throw new IllegalStateException("the input " + input + " is not a file that can be read");
        }
        Pipeline pipeline = model.applied(options.load());
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.open(pipeline, options, 0)) {
            services.createTopics();
            services.startRouter(shutdown::fail);
            String digest = services.startWorker(model, clock, shutdown::fail);
            return follow(bulkJob(services.pipeline(), digest)).code();
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

    private BulkJob bulkJob(Pipeline pipeline, String digest) {
        BulkJob.Topics topics = new BulkJob.Topics(
                pipeline.topics().prompts().name(),
                pipeline.topics().completions().name(),
                pipeline.topics().rejections().name(),
                pipeline.topics().deadLetters().name(),
                pipeline.limits().recordBytesMax());
        return new BulkJob(
                new RequestId(jobName(), "any").job(),
                input,
                output,
                errorsFile(),
                digest,
                topics,
                pipeline.kafka().common());
    }

    private String jobName() {
        if (job != null) {
            return job;
        }
        String file = String.valueOf(input.getFileName());
        String stem = file.endsWith(JSONL) ? file.substring(0, file.length() - JSONL.length()) : file;
        return stem.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    private Path errorsFile() {
        if (errors != null) {
            return errors;
        }
        String file = String.valueOf(output.getFileName());
        String stem = file.endsWith(JSONL) ? file.substring(0, file.length() - JSONL.length()) : file;
        return output.resolveSibling(stem + ".errors" + JSONL);
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
            out.println("rejections:  " + errorsFile());
        }
    }
}
