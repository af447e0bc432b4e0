package dev.scriptorium.node.dataset;

import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.BulkRun;
import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.ModelOptions;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import dev.scriptorium.pipeline.Pipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Some rows of a dataset are written again, from what stands beside them, and must come out the same. */
@Command(
        name = "verify",
        description = "Writes some rows of a dataset again, from their provenance alone, and compares them byte for"
                + " byte: prompt, text, weights, and the checksums of the files.",
        mixinStandardHelpOptions = true)
public final class VerifyCommand implements Callable<Integer> {
    private static final int SHOWN_MAX = 20;

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "DATASET", description = "A folder that 'dataset run' made.")
    private Path folder = Path.of("");

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many rows are written again, chosen by chance. Default: ${DEFAULT-VALUE}")
    private int sample = 100;

    @Option(
            names = "--sample-seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Of that chance: the same rows are chosen again with the same seed. Default: ${DEFAULT-VALUE}")
    private long sampleSeed = 1;

    public VerifyCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        if (sample < 1) {
            throw new IllegalStateException("--sample is " + sample + ", but it must be at least 1");
        }
        DatasetFolder dataset = DatasetFolder.open(folder);
        List<String> problems = dataset.checkFiles();
        List<VerifiedRow> rows = dataset.sample(sample, sampleSeed);
        Pipeline pipeline = model.applied(options.load());
        Path work = Files.createTempDirectory("scriptorium-verify");
        try {
            RowsAgain again = new RowsAgain(work, rows, dataset.recipe());
            problems.addAll(again.problems());
            if (!write(again, pipeline)) {
                System.err.println("stopped; nothing was decided");
                return ExitCode.INTERRUPTED.code();
            }
            problems.addAll(again.compare());
        } finally {
            remove(work);
        }
        return report(rows.size(), problems).code();
    }

    /** Under a job that nobody used before, so that no answer is one that was given already. */
    private boolean write(RowsAgain again, Pipeline pipeline) {
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.open(pipeline, options, 0)) {
            services.createTopics();
            services.startRouter(clock, shutdown::fail);
            String digest = services.startWorker(model, Duration.ZERO, clock, shutdown::fail);
            again.requireWeights(digest);
            BulkRun run;
            try (ProgressDisplay display = new ProgressDisplay(System.err, System.console() != null, clock)) {
                BulkJob job = new BulkJob(
                        "verify-" + Long.toString(clock.millis(), Character.MAX_RADIX),
                        PromptFile.of(again.prompts()),
                        again.answers(),
                        again.errors(),
                        BulkJob.Form.FULL,
                        digest,
                        null,
                        Services.jobTopics(services.pipeline()),
                        services.pipeline().kafka().common());
                run = new BulkRun(job, display::show, shutdown::isRequested, clock);
                run.run();
            }
            shutdown.check();
            return run.finished();
        }
    }

    private ExitCode report(int rows, List<String> problems) {
        problems.stream().limit(SHOWN_MAX).forEach(System.out::println);
        if (problems.size() > SHOWN_MAX) {
            System.out.printf(Locale.ROOT, "… and %,d more%n", problems.size() - SHOWN_MAX);
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %,d rows written again, %s%n",
                folder,
                rows,
                problems.isEmpty() ? "all equal byte for byte" : problems.size() + " problems");
        return problems.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static void remove(Path work) throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
