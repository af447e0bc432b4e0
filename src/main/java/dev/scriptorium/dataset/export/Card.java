package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.export.Statistics.GateCount;
import dev.scriptorium.table.Column;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The dataset's {@code README.md} as Hugging Face's hub reads it, with its pictures (<a
 * href="https://huggingface.co/docs/hub/datasets-cards">dataset cards</a>).
 */
final class Card {
    private static final String PICTURES = "pictures";
    private static final long[] SIZES = {1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000};
    private static final String[] SIZE_NAMES = {
        "n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B"
    };

    private final Manifest manifest;
    private final ExportSettings settings;
    private final Statistics counts;

    Card(Manifest manifest, ExportSettings settings) {
        this.manifest = manifest;
        this.settings = settings;
        this.counts = manifest.statistics();
    }

    void write(Path folder) throws IOException {
        Path pictures = Files.createDirectories(folder.resolve(PICTURES));
        put(pictures.resolve("tokens.svg"), histogram());
        put(pictures.resolve("gates.svg"), gates());
        put(folder.resolve("README.md"), head() + body());
    }

    private String head() {
        StringBuilder yaml = new StringBuilder("---\n");
        if (settings.license() != null) {
            yaml.append("license: ").append(quoted(settings.license())).append('\n');
        }
        if (!settings.languages().isEmpty()) {
            yaml.append("language:\n");
            settings.languages()
                    .forEach(language ->
                            yaml.append("- ").append(quoted(language)).append('\n'));
        }
        int size = 0;
        while (size < SIZES.length && counts.kept() >= SIZES[size]) {
            size++;
        }
        yaml.append("pretty_name: ").append(quoted(manifest.job())).append('\n');
        yaml.append("tags:\n- synthetic\n- scriptorium\ntask_categories:\n- text-generation\n");
        yaml.append("size_categories:\n- ").append(SIZE_NAMES[size]).append('\n');
        yaml.append("configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: ")
                .append(quoted(ShardWriter.folderName(manifest.formats().getFirst()) + "/train-*"))
                .append('\n');
        yaml.append("dataset_info:\n  features:\n");
        for (Column column : RowColumns.ALL) {
            String type = switch (column.type()) {
                case TEXT, JSON -> "string";
                case INTEGER -> "int64";
                case NUMBER -> "float64";
                case BOOLEAN -> "bool";
            };
            yaml.append("  - name: ")
                    .append(column.name())
                    .append("\n    dtype: ")
                    .append(type)
                    .append('\n');
        }
        yaml.append("  splits:\n  - name: train\n    num_examples: ")
                .append(counts.kept())
                .append('\n');
        return yaml.append("---\n\n").toString();
    }

    private String body() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, """
            # %s

            %,d texts with %,d tokens, all of them written by a language model. Not one of them was written or read by \
            a person; do not take them for facts.

            """, manifest.job(), counts.kept(), counts.tokens()));
        text.append("## How it was made\n\n").append(origin());
        text.append(String.format(
                Locale.ROOT,
                """

                Of %,d rows %,d were kept, %,d dropped because no text of theirs passed the gates, %,d failed; \
                %,d texts were drawn again, %,d texts repeated another one.

                ![Lengths in tokens](%s/tokens.svg)

                """,
                counts.kept() + counts.dropped() + counts.failed(),
                counts.kept(),
                counts.dropped(),
                counts.failed(),
                counts.redrawn(),
                counts.duplicates(),
                PICTURES));
        text.append(gateTable())
                .append(split("format", counts.formats()))
                .append(split("audience", counts.audiences()));
        text.append("""
            ## Columns

            `prompt`, `text`, `token_length`, `seed_data`, `format` (the template), `audience` as in Cosmopedia, and
            what made each row: `id`, `choice`, `request`, `template_version`, `model`, `weights_digest`,
            `runtime_version`, `prompt_digest`, `seed`, `sampling`, `gates` (every verdict) and `redrawn` (the
            verdicts for which it was drawn again). With these a row can be made again, byte for byte.
            `manifest.json` has the checksum of every file.
            """);
        return text.toString();
    }

    private String origin() {
        Manifest.Origin origin = manifest.origin();
        if (origin == null) {
            return "No row was written.\n";
        }
        return "| | |\n|---|---|\n"
                + line("model", origin.model())
                + line("weights", origin.weightsDigest())
                + line("runtime", "scriptorium " + origin.runtimeVersion())
                + line("recipe", origin.recipeDigest())
                + line("sampling of the first row", ExportJson.line(origin.sampling()));
    }

    private String gateTable() {
        if (counts.gates().isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder("## Gates\n\n![Texts refused by each gate](" + PICTURES
                + "/gates.svg)\n\n| gate | rule | passed | drawn again | dropped |\n|---|---|---|---|---|\n");
        counts.gates()
                .forEach((name, gate) -> table.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %,d | %,d | %,d |%n",
                        cell(name),
                        cell(gate.rule()),
                        gate.passed(),
                        gate.redrawn(),
                        gate.dropped())));
        return table.append('\n').toString();
    }

    private static String split(String title, Map<String, Long> parts) {
        if (parts.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder("| " + title + " | rows |\n|---|---|\n");
        parts.forEach((name, rows) -> table.append(String.format(Locale.ROOT, "| %s | %,d |%n", cell(name), rows)));
        return table.append('\n').toString();
    }

    /** From the shortest texts to the longest; lengths that none has are shown between others only. */
    private String histogram() {
        List<Long> counted = counts.tokenHistogram();
        List<BarChart.Bar> bars = new ArrayList<>();
        int lastUsed = counted.size() - 1;
        while (lastUsed > 0 && counted.get(lastUsed) == 0) {
            lastUsed--;
        }
        int from = 0;
        for (int i = 0; i <= lastUsed; i++) {
            boolean isLast = i == Statistics.TOKEN_BOUNDS.size();
            String label = isLast ? "over " + from : from + 1 + "–" + Statistics.TOKEN_BOUNDS.get(i);
            from = isLast ? from : Statistics.TOKEN_BOUNDS.get(i);
            if (!bars.isEmpty() || counted.get(i) > 0) {
                bars.add(new BarChart.Bar(label, counted.get(i), ""));
            }
        }
        return new BarChart("Texts by their length in tokens", bars).svg();
    }

    private String gates() {
        List<BarChart.Bar> bars = new ArrayList<>();
        for (Map.Entry<String, GateCount> gate : counts.gates().entrySet()) {
            GateCount count = gate.getValue();
            long refused = count.redrawn() + count.dropped();
            double share = (double) refused / Math.max(1, refused + count.passed());
            bars.add(new BarChart.Bar(gate.getKey(), refused, String.format(Locale.ROOT, "(%.1f %%)", 100 * share)));
        }
        return new BarChart("Texts refused by each gate, of those that came to it", bars).svg();
    }

    private static String line(String name, String value) {
        return "| " + name + " | `" + cell(value).replace("`", "'") + "` |\n";
    }

    private static String cell(String value) {
        return value.replace("|", "\\|").replaceAll("\\s+", " ");
    }

    private static String quoted(String value) {
        return ExportJson.line(value);
    }

    private static void put(Path path, String text) throws IOException {
        WholeFile.write(path, text.getBytes(StandardCharsets.UTF_8));
    }
}
