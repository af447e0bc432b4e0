package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.BulkProgress;
import dev.scriptorium.batch.Gathering;
import dev.scriptorium.batch.JobView;
import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.event.Batch;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a job's requests were answered, in files. */
@Command(
        name = "results",
        description = "Writes the answers of a job: those there are, or with --follow all of them as they come."
                + " Cut off at any moment, the same command goes on.",
        mixinStandardHelpOptions = true)
public final class ResultsCommand implements Callable<Integer> {
    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");
    private static final Path STANDARD_ERROR = Path.of("/dev/stderr");

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Parameters(paramLabel = "JOB", description = "The job's name.")
    private String job = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Completions go here, one a line. Default: standard output.")
    private @Nullable Path output;

    @Option(
            names = "--errors",
            paramLabel = "FILE",
            description = "Rejections go here. Default: beside the output, or standard error.")
    private @Nullable Path errors;

    @Option(
            names = {"-f", "--follow"},
            description = "Wait until every request of the job has ended.")
    private boolean follow;

    @Option(names = "--stable", description = InputOptions.STABLE + " Needs the input, and waits like --follow.")
    private boolean stable;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description =
                    "The file that was submitted, for its order and, of a table, its rows. Default: where it was.")
    private @Nullable Path input;

    public ResultsCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.connect(options.load(), options)) {
            BulkJob bulkJob = bulkJob(services.pipeline());
            boolean ordered =
                    bulkJob.form() == BulkJob.Form.STABLE || bulkJob.input().isTable();
            Gathering gathering = new Gathering(
                    bulkJob,
                    follow || ordered ? Gathering.Until.ALL_ENDED : Gathering.Until.NOW,
                    shutdown::isRequested,
                    clock);
            BulkProgress end;
            try (ProgressDisplay display =
                    new ProgressDisplay(System.err, System.console() != null && output != null, clock)) {
                end = gathering.run(display::show);
            }
            summarise(end, gathering.isComplete());
            if (shutdown.isRequested() && !gathering.isComplete()) {
                return ExitCode.INTERRUPTED.code();
            }
            return (end.failed() > 0 ? ExitCode.SOME_REJECTED : ExitCode.OK).code();
        }
    }

    private BulkJob bulkJob(Pipeline pipeline) {
        BulkJob.Topics topics = Services.jobTopics(pipeline);
        Map<String, String> kafka = pipeline.kafka().common();
        JobView view;
        try (Board board = new Board(topics, kafka)) {
            board.catchUp();
            view = board.require(job);
        }
        Path to = output != null ? output : STANDARD_OUTPUT;
        Path rejected = errors != null ? errors : output != null ? InputOptions.errorsBeside(output) : STANDARD_ERROR;
        return new BulkJob(
                job,
                file(view),
                to,
                rejected,
                stable ? BulkJob.Form.STABLE : BulkJob.Form.FULL,
                null,
                view.batch() == null ? null : view.batch().createdAt(),
                topics,
                kafka);
    }

    /** The file is needed for its order only, so without one answers are written as they came. */
    private PromptFile file(JobView view) {
        Batch.Origin origin = view.batch() == null ? null : view.batch().origin();
        Path path = input != null ? input : Path.of(origin == null ? job : origin.name());
        PromptFile file = PromptFile.submitted(path, origin == null ? null : origin.table());
        boolean needed = stable || file.isTable();
        if (needed && !Files.isReadable(path)) {
            throw new IllegalStateException("the input " + path + " of job '" + job
                    + "' is not here; say with --input where it is, because the output has its order");
        }
        if (needed && output == null) {
            throw new IllegalStateException("say with --output where to: what is put in order at the end needs a file");
        }
        if (needed && origin != null && !file.digest().equals(origin.digest())) {
            throw new IllegalStateException(
                    "the input " + path + " has changed since it was submitted as job '" + job + "'");
        }
        return file;
    }

    private void summarise(BulkProgress end, boolean complete) {
        System.err.printf(
                Locale.ROOT,
                "%s: %,d of %,d requests, %,d completed, %,d rejected%s%n",
                complete ? "complete" : "so far",
                end.done(),
                end.lines(),
                end.completed(),
                end.failed(),
                complete ? "" : "; the same command goes on");
    }
}
