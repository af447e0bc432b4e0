package dev.scriptorium.node.dataset;

import dev.scriptorium.batch.ProgressDisplay;
import dev.scriptorium.batch.dataset.DatasetJob;
import dev.scriptorium.batch.dataset.DatasetRun;
import dev.scriptorium.batch.dataset.DatasetTopics;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.export.ExportSettings;
import dev.scriptorium.dataset.export.Statistics;
import dev.scriptorium.dataset.recipe.RecipeFile;
import dev.scriptorium.dataset.recipe.RecipeReader;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Notice;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.ModelOptions;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.Services;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineProblem;
import dev.scriptorium.table.TableFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A recipe goes in, a dataset comes out. */
@Command(
        name = "run",
        description = "Makes a dataset from a recipe: Parquet and JSON lines with a card."
                + " Stopped at any moment, the same command goes on.",
        mixinStandardHelpOptions = true)
final class DatasetRunCommand implements Callable<Integer> {
    private static final int PREVIEW_CHARACTERS_MAX = 400;

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "RECIPE", description = "A recipe file: docs/reference/recipe.md has its keys.")
    private Path recipe = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "The dataset goes here. Default: a folder with the job's name.")
    private @Nullable Path output;

    @Option(
            names = "--preview",
            paramLabel = "N",
            description =
                    "Make the first rows only, show N of them, and estimate the tokens and the time of all. Writes"
                            + " nothing.")
    private @Nullable Integer preview;

    @Option(names = "--license", paramLabel = "NAME", description = "For the card, as Hugging Face's hub spells it.")
    private @Nullable String license;

    @Option(
            names = "--shard-rows",
            paramLabel = "N",
            defaultValue = "50000",
            description = "Rows in a file. Default: ${DEFAULT-VALUE}")
    private int shardRows = 50_000;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Serve a page to watch at this port of this machine while it runs; 0 for any free one. A"
                    + " gateway of the same Kafka shows it too.")
    private @Nullable Integer httpPort;

    DatasetRunCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        RecipeFile file = read();
        Pipeline pipeline = model.applied(options.load());
        DatasetJob job = preview == null ? DatasetJob.of(file, Long.MAX_VALUE) : previewOf(file, preview);
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.open(pipeline, options, 0)) {
            services.createTopics();
            services.startRouter(clock, shutdown::fail);
            var _ = services.startWorker(model, Duration.ZERO, clock, shutdown::fail);
            if (httpPort != null) {
                Notice.say("a page to watch is at " + services.startPages(httpPort, clock) + "/datasets");
            }
            DatasetRun run = new DatasetRun(job, topics(services.pipeline()), shutdown::isRequested);
            return (preview == null ? make(job, run) : show(file, run, preview)).code();
        }
    }

    private RecipeFile read() throws IOException {
        if (!Files.isReadable(recipe) || Files.isDirectory(recipe)) {
            throw new IllegalStateException("the recipe " + recipe + " is not a file that can be read");
        }
        return switch (RecipeReader.read(recipe)) {
            case RecipeReader.Result.Valid(var file) -> file;
            case RecipeReader.Result.Invalid(var problems) ->
                throw new PipelineOptions.InvalidPipelineException(
                        problems.stream().map(PipelineProblem::text).collect(Collectors.joining("\n")));
        };
    }

    static DatasetTopics topics(Pipeline pipeline) {
        return new DatasetTopics(
                pipeline.topics().recipes().name(),
                pipeline.topics().templates().name(),
                pipeline.topics().rows().name(),
                pipeline.topics().deadLetters().name(),
                pipeline.limits().messageBytesMax(),
                pipeline.kafka().common());
    }

    private ExitCode make(DatasetJob job, DatasetRun run) throws IOException {
        Path folder = output != null ? output : Path.of(job.name());
        GateSettings.Language language = job.file().recipe().gates().language();
        List<String> languages = language == null ? List.of() : language.languages();
        ExportSettings settings =
                new ExportSettings(List.of(TableFormat.PARQUET, TableFormat.JSON_LINES), shardRows, license, languages);
        Statistics end;
        ProgressDisplay display = new ProgressDisplay(System.err, System.console() != null, clock, "dropped");
        try (display) {
            end = run.run(folder, settings, display::show);
        }
        shutdown.check();
        summarise(System.err, job, end, display, run.finished());
        if (!run.finished()) {
            return ExitCode.INTERRUPTED;
        }
        System.err.println("dataset: " + folder);
        return end.failed() > 0 ? ExitCode.SOME_REJECTED : ExitCode.OK;
    }

    private static void summarise(
            PrintStream out, DatasetJob job, Statistics end, ProgressDisplay display, boolean finished) {
        out.printf(
                Locale.ROOT,
                "%s: %,d rows, %,d kept, %,d dropped by gates, %,d failed; %,d texts drawn again, %,d duplicates%n",
                finished ? "done" : "stopped; the same command goes on",
                job.rows(),
                end.kept(),
                end.dropped(),
                end.failed(),
                end.redrawn(),
                end.duplicates());
        end.gates()
                .forEach((gate, count) -> out.printf(
                        Locale.ROOT,
                        "  %-18s %,d passed, %,d drawn again, %,d dropped%n",
                        gate,
                        count.passed(),
                        count.redrawn(),
                        count.dropped()));
        out.printf(
                Locale.ROOT,
                "%,d tokens in the dataset, %.1f s%n",
                end.tokens(),
                display.elapsed().toMillis() / 1000.0);
    }

    /** The first rows of the recipe under a name of their own, so that the job itself is not begun. */
    private DatasetJob previewOf(RecipeFile file, int rows) throws IOException {
        if (rows < 1) {
            throw new IllegalStateException("--preview is " + rows + ", but it must be at least 1");
        }
        Recipe whole = file.recipe();
        Recipe shown = whole.withJob("preview-" + Long.toString(clock.millis(), Character.MAX_RADIX));
        long seeds = Math.ceilDiv((long) rows, Math.max(1, whole.rows(1)));
        return DatasetJob.of(new RecipeFile(shown, file.seeds(), file.benchmarks(), file.benchmarkColumn()), seeds);
    }

    private ExitCode show(RecipeFile file, DatasetRun run, int shown) throws IOException {
        List<Row> rows;
        ProgressDisplay display = new ProgressDisplay(System.err, System.console() != null, clock, "dropped");
        try (display) {
            rows = run.preview(display::show);
        }
        shutdown.check();
        long tokens = 0;
        long texts = 0;
        rows.stream().limit(shown).forEach(row -> print(System.out, row));
        for (Row row : rows) {
            Row.Written written = row.written();
            tokens += written == null ? 0 : written.tokens();
            texts += 1 + row.earlier().size();
        }
        if (!run.finished()) {
            return ExitCode.INTERRUPTED;
        }
        long all = DatasetJob.of(file, Long.MAX_VALUE).rows();
        double share = (double) all / Math.max(1, rows.size());
        System.out.printf(
                Locale.ROOT,
                "%nAll %,d rows: about %,.0f texts, %,.0f tokens in the dataset, and %,.0f s at this speed, or less: a"
                        + " preview has few texts at a time.%n",
                all,
                texts * share,
                tokens * share,
                display.elapsed().toMillis() / 1000.0 * share);
        return ExitCode.OK;
    }

    private static void print(PrintStream out, Row row) {
        out.printf(Locale.ROOT, "%n── row %d, %s: %s%n", row.number(), row.key().id(), fate(row));
        out.println(shortened(row.prompt()) + " ▸");
        Row.Written written = row.written();
        out.println(written == null ? row.error() : shortened(written.text()));
        row.verdicts()
                .forEach(verdict -> out.printf(
                        "   %s %s: %s (%s)%n",
                        verdict.passed() ? "✓" : "✗", verdict.gate(), verdict.value(), verdict.rule()));
    }

    private static String fate(Row row) {
        String again = row.choice() == 0 ? "" : ", drawn again " + row.choice() + " times";
        return row.fate().name().toLowerCase(Locale.ROOT) + again;
    }

    private static String shortened(String text) {
        return text.length() <= PREVIEW_CHARACTERS_MAX ? text : text.substring(0, PREVIEW_CHARACTERS_MAX) + "…";
    }
}
