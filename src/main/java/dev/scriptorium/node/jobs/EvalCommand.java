package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.BulkRun;
import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.dataset.evaluation.MultipleChoice;
import dev.scriptorium.dataset.evaluation.TaskFile;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.ModelOptions;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import dev.scriptorium.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Questions with several answers go in, a model's accuracy comes out. */
@Command(
        name = "eval",
        description = "Scores multiple-choice questions (ARC, OpenBookQA, or context, choices and answer) by the log"
                + " likelihood of each choice, as lm-evaluation-harness does. Stopped at any moment, the same command"
                + " goes on.",
        mixinStandardHelpOptions = true)
public final class EvalCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "TASKS", description = "The questions: .jsonl or .parquet.")
    private Path tasks = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The report goes here, as JSON; beside it every question with its log likelihoods, and the"
                    + " answers of the pipeline, from which the same command goes on.")
    private Path output = Path.of("");

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description = "Under which the requests run; one model, one job. Default: the output's name.")
    private @Nullable String job;

    public EvalCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        List<MultipleChoice> questions = TaskFile.read(tasks);
        EvalFiles files = new EvalFiles(output);
        files.writePrompts(questions);
        Pipeline pipeline = model.applied(options.load());
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.open(pipeline, options, 0)) {
            services.createTopics();
            services.startRouter(clock, shutdown::fail);
            String digest = services.startWorker(model, Duration.ZERO, clock, shutdown::fail);
            BulkRun run;
            try (ProgressDisplay display = new ProgressDisplay(System.err, System.console() != null, clock)) {
                run = new BulkRun(
                        bulkJob(files, services.pipeline(), digest), display::show, shutdown::isRequested, clock);
                run.run();
            }
            shutdown.check();
            if (!run.finished()) {
                System.err.println("stopped; the same command goes on");
                return ExitCode.INTERRUPTED.code();
            }
        }
        EvalReport report = files.report(questions);
        System.out.print(report.table());
        return (report.notScored() > 0 ? ExitCode.SOME_REJECTED : ExitCode.OK).code();
    }

    private BulkJob bulkJob(EvalFiles files, Pipeline pipeline, String digest) {
        return new BulkJob(
                job(),
                PromptFile.of(files.prompts()),
                files.answers(),
                files.errors(),
                BulkJob.Form.STABLE,
                digest,
                null,
                Services.jobTopics(pipeline),
                pipeline.kafka().common());
    }

    private String job() {
        String name = job != null ? job : "eval-" + output.getFileName();
        return new RequestId(job != null ? name : name.replaceAll("[^A-Za-z0-9._-]", "-"), "any").job();
    }
}
