package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.Provenance;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.table.TableFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Rows of a recipe: every fifth is dropped, every eleventh has failed, every seventh was drawn again. */
final class SampleRows {
    static final String JOB = "stories";
    private static final String RULE = "20 to 400 tokens";

    static Row row(int number) {
        return row(number, "sha256:" + "ab".repeat(32));
    }

    static Row row(int number, String recipeDigest) {
        RowKey key = new RowKey(number / 4, "story", number % 2 == 0 ? "young children" : "", "", number % 4);
        List<Row.Earlier> earlier =
                number % 7 == 0 ? List.of(new Row.Earlier(0, new Verdict("length", false, "7", RULE))) : List.of();
        String seed = "{\"topic\":\"the \\\"moon\\\" " + number + "\"}";
        if (number % 11 == 0) {
            return new Row(
                    JOB, number, 0, key, Row.Fate.FAILED, "Tell", seed, 0, null, List.of(), earlier, "is too long");
        }
        boolean isKept = number % 5 != 0;
        int tokens = 20 + number % 300;
        Row.Written written = new Row.Written(
                "Once upon a time, nº " + number + ", a | fox\nsaid “hello”. ".repeat(1 + number % 9),
                12,
                tokens,
                FinishReason.STOP,
                new Provenance(
                        key.id(),
                        recipeDigest,
                        "sha256:" + "cd".repeat(32),
                        "scrivener-1m",
                        "sha256:" + "ef".repeat(32),
                        "0.1.0",
                        "sha256:" + "01".repeat(32),
                        new ResolvedSampling(400, 0.8, 40, 0.95, 0, 1, 0, 0, 1_000L + number, List.of(), 1, null)));
        List<Verdict> verdicts = isKept
                ? List.of(
                        new Verdict("length", true, Integer.toString(tokens), RULE),
                        new Verdict("repetition", true, "0.01", "at most 0.2"))
                : List.of(
                        new Verdict("length", true, Integer.toString(tokens), RULE),
                        new Verdict("near_duplicates", false, "0.93", "at most 0.7", "0/story/-/-/1"));
        return new Row(
                JOB,
                number,
                0,
                key,
                isKept ? Row.Fate.KEPT : Row.Fate.DROPPED,
                "Tell a story of the \"moon\" " + number,
                seed,
                number % 7 == 0 ? 1 : 0,
                written,
                verdicts,
                earlier,
                null);
    }

    /** A data set of the first so many, in both formats. */
    static Manifest export(Path folder, int rows, int shardRows) throws IOException {
        ExportSettings settings =
                new ExportSettings(List.of(TableFormat.PARQUET, TableFormat.JSON_LINES), shardRows, null, List.of());
        try (DatasetExport export = DatasetExport.open(folder, JOB, "rows-0", 0, settings)) {
            for (int i = 0; i < rows; i++) {
                export.add(i, row(i));
            }
            return export.finish();
        }
    }

    private SampleRows() {}
}
