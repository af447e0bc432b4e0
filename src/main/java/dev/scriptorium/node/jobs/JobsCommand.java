package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.JobView;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** All jobs at a glance. */
@Command(name = "jobs", description = "Lists all jobs and how far they are.", mixinStandardHelpOptions = true)
public final class JobsCommand implements Callable<Integer> {
    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Option(names = "--json", description = "A line of JSON for each job.")
    private boolean json;

    @Override
    public Integer call() {
        try (Services services = Services.connect(options.load(), options);
                Board board = new Board(
                        Services.jobTopics(services.pipeline()),
                        services.pipeline().kafka().common())) {
            board.catchUp();
            if (!json) {
                System.out.printf(
                        "%-32s %-12s %10s %10s %10s %14s%n",
                        "JOB", "STATUS", "REQUESTS", "COMPLETED", "REJECTED", "TOKENS WRITTEN");
            }
            for (String job : board.jobs()) {
                JobView view = Objects.requireNonNull(board.view(job));
                if (json) {
                    System.out.println(json(view));
                } else {
                    System.out.printf(
                            Locale.ROOT,
                            "%-32s %-12s %,10d %,10d %,10d %,14d%n",
                            view.job(),
                            view.status(),
                            view.requests(),
                            view.completed(),
                            view.rejected(),
                            view.completionTokens());
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** A job's name has no letter that would need an escape. */
    static String json(JobView view) {
        return String.format(
                Locale.ROOT,
                "{\"job\":\"%s\",\"status\":\"%s\",\"requests\":%d,\"completed\":%d,\"rejected\":%d,"
                        + "\"prompt_tokens\":%d,\"completion_tokens\":%d,\"updated_at\":%s}",
                view.job(),
                view.status(),
                view.requests(),
                view.completed(),
                view.rejected(),
                view.promptTokens(),
                view.completionTokens(),
                view.updatedAt() == null ? "null" : "\"" + view.updatedAt() + "\"");
    }
}
