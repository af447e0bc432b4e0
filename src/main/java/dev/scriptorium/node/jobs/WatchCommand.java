package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.BulkProgress;
import dev.scriptorium.batch.JobView;
import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How far a job is, live. */
@Command(
        name = "watch",
        description =
                "Shows how far a job is until all of its requests have ended: counts, tokens a second, time left.",
        mixinStandardHelpOptions = true)
public final class WatchCommand implements Callable<Integer> {
    private static final Duration TURN = Duration.ofMillis(250);

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Parameters(paramLabel = "JOB", description = "The job's name.")
    private String job = "";

    @Option(names = "--once", description = "Say it once and go.")
    private boolean once;

    @Option(names = "--json", description = "One line of JSON on standard output for every change.")
    private boolean json;

    public WatchCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.connect(options.load(), options);
                Board board = new Board(
                        Services.jobTopics(services.pipeline()),
                        services.pipeline().kafka().common())) {
            board.catchUp();
            JobView view = board.require(job);
            if (once) {
                say(view);
                return ended(view);
            }
            return follow(board, view);
        }
    }

    private int follow(Board board, JobView first) {
        JobView view = first;
        // What was done before is not this watch's speed.
        long written = first.completionTokens();
        long before = first.done();
        if (json) {
            say(view);
        }
        try (ProgressDisplay display = new ProgressDisplay(System.err, System.console() != null, clock)) {
            while (!view.phase().isOver() && !shutdown.isRequested()) {
                board.poll(TURN);
                JobView next = board.require(job);
                if (json && !next.equals(view)) {
                    say(next);
                }
                view = next;
                if (!json) {
                    display.show(new BulkProgress(
                            view.requests(),
                            true,
                            view.completed(),
                            view.rejected(),
                            before,
                            view.promptTokens(),
                            view.completionTokens() - written));
                }
            }
        }
        if (!json) {
            say(view);
        }
        return view.phase().isOver() ? ended(view) : ExitCode.INTERRUPTED.code();
    }

    private static int ended(JobView view) {
        return (view.rejected() > 0 && view.phase().isOver() ? ExitCode.SOME_REJECTED : ExitCode.OK).code();
    }

    private void say(JobView view) {
        if (json) {
            System.out.println(JobsCommand.json(view));
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %s, %,d of %,d requests done, %,d completed, %,d rejected, %,d completion tokens%n",
                view.job(),
                view.status(),
                view.done(),
                view.requests(),
                view.completed(),
                view.rejected(),
                view.completionTokens());
    }
}
