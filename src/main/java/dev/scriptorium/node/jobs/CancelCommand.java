package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.JobCancellation;
import dev.scriptorium.batch.JobView;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a job early; what is finished stays. */
@Command(
        name = "cancel",
        description = "Cancels all requests of a job that have not ended: each is rejected as cancelled.",
        mixinStandardHelpOptions = true)
public final class CancelCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Parameters(paramLabel = "JOB", description = "The job's name.")
    private String job = "";

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Stands in every rejection.")
    private String reason = "";

    public CancelCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        try (Services services = Services.connect(options.load(), options)) {
            BulkJob.Topics topics = Services.jobTopics(services.pipeline());
            var kafka = services.pipeline().kafka().common();
            JobView view;
            try (Board board = new Board(topics, kafka)) {
                board.catchUp();
                view = board.require(job);
            }
            if (view.phase().isOver()) {
                System.err.println("job '" + job + "' is " + view.status() + ": there is nothing to cancel");
                return ExitCode.OK.code();
            }
            new JobCancellation(topics, kafka, clock).cancel(view, reason);
            System.err.printf(
                    "job '%s': %,d requests had ended, the others are cancelled; scriptorium watch %s shows it%n",
                    job, view.done(), job);
            return ExitCode.OK.code();
        }
    }
}
