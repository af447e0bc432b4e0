package dev.scriptorium.batch.dataset;

import dev.scriptorium.batch.BulkProgress;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.export.DatasetExport;
import dev.scriptorium.dataset.export.ExportSettings;
import dev.scriptorium.dataset.export.Statistics;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Makes a dataset, from wherever an earlier run was cut off.
 *
 * <p>The idea: Kafka remembers, this class does not. The recipe is sent each time, and the router passes over what it
 * has; rows are read from where the folder ends.
 */
public final class DatasetRun {
    /** In the folder: the recipe as it was run, with its templates, for whoever makes rows again. */
    public static final String RECIPE = "recipe.json";

    private static final Duration POLL = Duration.ofMillis(100);

    private final DatasetJob job;
    private final DatasetTopics topics;
    private final BooleanSupplier stopRequested;
    private boolean finished;

    /** @param stopRequested is asked every turn; once it says yes, the run ends early and can be resumed */
    public DatasetRun(DatasetJob job, DatasetTopics topics, BooleanSupplier stopRequested) {
        this.job = job;
        this.topics = topics;
        this.stopRequested = stopRequested;
    }

    /**
     * Runs until every row has ended, or until asked to stop.
     *
     * @throws IllegalStateException if the folder is another dataset's, or the job another recipe's
     */
    public Statistics run(Path folder, ExportSettings settings, Consumer<BulkProgress> progress) throws IOException {
        try (RowFollower rows = new RowFollower(job.name(), topics);
                DatasetExport export =
                        DatasetExport.open(folder, job.name(), rows.source(), rows.firstOffset(), settings)) {
            if (export.manifest().complete()) {
                requireSameRecipe(folder);
                finished = true;
                return export.statistics();
            }
            writeRecipe(folder);
            rows.seek(export.nextOffset());
            send();
            long resumed = ended(export.statistics());
            while (!stopRequested.getAsBoolean() && ended(export.statistics()) < job.rows()) {
                for (RowFollower.Placed placed : rows.poll(POLL)) {
                    export.add(placed.offset(), placed.row());
                }
                progress.accept(progress(export.statistics(), resumed));
            }
            finished = ended(export.statistics()) >= job.rows();
            if (finished) {
                export.finish();
            }
            return export.statistics();
        }
    }

    /** Runs without writing anything, and gives all rows. */
    public List<Row> preview(Consumer<BulkProgress> progress) throws IOException {
        List<Row> found = new ArrayList<>();
        try (RowFollower rows = new RowFollower(job.name(), topics)) {
            send();
            while (!stopRequested.getAsBoolean() && found.size() < job.rows()) {
                rows.poll(POLL).stream()
                        .map(RowFollower.Placed::row)
                        .filter(row -> row.job().equals(job.name()))
                        .forEach(found::add);
                progress.accept(new BulkProgress(job.rows(), true, found.size(), 0, 0, 0, 0));
            }
        }
        finished = found.size() >= job.rows();
        return found;
    }

    /** Whether every row has ended. */
    public boolean finished() {
        return finished;
    }

    private void send() throws IOException {
        try (RecipeSender sender = new RecipeSender(job, topics)) {
            sender.send();
        }
    }

    private BulkProgress progress(Statistics now, long resumed) {
        return new BulkProgress(
                job.rows(), true, now.kept(), now.dropped() + now.failed(), resumed, now.promptTokens(), now.tokens());
    }

    private static long ended(Statistics statistics) {
        return statistics.kept() + statistics.dropped() + statistics.failed();
    }

    private void writeRecipe(Path folder) throws IOException {
        Path whole = folder.resolve(RECIPE);
        Path partial = folder.resolve(RECIPE + ".partial");
        Files.write(partial, recipe());
        Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void requireSameRecipe(Path folder) throws IOException {
        Path whole = folder.resolve(RECIPE);
        if (Files.exists(whole) && !java.util.Arrays.equals(Files.readAllBytes(whole), recipe())) {
            throw new IllegalStateException(
                    "%s: is a finished dataset of another recipe; name another --output".formatted(folder));
        }
    }

    private byte[] recipe() {
        return new RecipeFormat().writeWhole(job.file().recipe(), job.digest());
    }
}
