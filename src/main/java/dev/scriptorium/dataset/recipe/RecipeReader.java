package dev.scriptorium.dataset.recipe;

import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.pipeline.Key;
import dev.scriptorium.pipeline.PipelineProblem;
import dev.scriptorium.pipeline.SamplingReader;
import dev.scriptorium.pipeline.Section;
import dev.scriptorium.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a recipe file and finds everything that is wrong in one go. */
public final class RecipeReader {
    private static final int FILE_BYTES_MAX = 16 << 20;

    private final Section.Source source;
    private final Path folder;

    private RecipeReader(Section.Source source, Path folder) {
        this.source = source;
        this.folder = folder;
    }

    /** A valid recipe, or all that is wrong. */
    public sealed interface Result {
        record Valid(RecipeFile file) implements Result {}

        /** @param problems in the order of the file */
        record Invalid(List<PipelineProblem> problems) implements Result {}
    }

    public static Result read(Path file) throws IOException {
        Section.Source source = new Section.Source("the recipe", file.toString(), Map.of());
        Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of("."));
        RecipeReader reader = new RecipeReader(source, folder);
        RecipeFile recipe = source.open(Files.readString(file))
                .map(top -> reader.recipe(top, jobOf(file)))
                .orElse(null);
        if (recipe != null && source.problems().isEmpty()) {
            new RecipeCheck(source, recipe).check();
        }
        if (recipe != null && source.problems().isEmpty()) {
            return new Result.Valid(recipe);
        }
        return new Result.Invalid(source.problems().stream()
                .distinct()
                .sorted(Comparator.comparing(PipelineProblem::line))
                .toList());
    }

    private static String jobOf(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return (dot > 0 ? name.substring(0, dot) : name).replaceAll("[^A-Za-z0-9._-]", "-");
    }

    private RecipeFile recipe(Section top, String jobByDefault) {
        String job = top.find(RecipeKeys.JOB);
        String tenant = top.find(RecipeKeys.TENANT);
        String model = top.find(RecipeKeys.MODEL);
        boolean chat = top.get(RecipeKeys.CHAT);
        Table seeds = table(top, RecipeKeys.SEEDS, top.require(RecipeKeys.SEEDS));
        List<Template> templates = templates(top.section("templates"), chat);
        List<String> audiences = labels(top, RecipeKeys.AUDIENCES);
        List<String> styles = labels(top, RecipeKeys.STYLES);
        int draws = top.get(RecipeKeys.DRAWS);
        int redraws = top.get(RecipeKeys.REDRAWS);
        Sampling sampling = SamplingReader.read(top.section("sampling"));
        Section gateSection = top.section("gates");
        Section decontamination = gateSection.section("decontamination");
        List<Table> benchmarks = new ArrayList<>();
        for (String name : decontamination.list(RecipeKeys.BENCHMARK_FILES)) {
            Table table = table(decontamination, RecipeKeys.BENCHMARK_FILES, name);
            if (table != null) {
                benchmarks.add(table);
            }
        }
        String column = decontamination.get(RecipeKeys.BENCHMARK_COLUMN);
        GateSettings gates = new GateReader(this).gates(gateSection, decontamination);
        top.refuseUnknown();
        if (templates.isEmpty()) {
            source.problem(source.place("templates"), "the recipe has no templates, but it must have at least one");
        }
        if (redraws > 0 && Double.valueOf(0).equals(sampling.temperature())) {
            source.problem(
                    source.place("redraws"),
                    "redraws is %d, but with temperature 0 every draw is the same text; it must be 0"
                            .formatted(redraws));
        }
        Recipe recipe = new Recipe(
                job == null ? jobByDefault : job,
                tenant,
                model,
                chat,
                templates,
                audiences,
                styles,
                draws,
                redraws,
                sampling,
                gates);
        return seeds == null ? unusable(recipe) : new RecipeFile(recipe, seeds, benchmarks, column);
    }

    /** Something about it was noted as a problem, so nobody will open its seeds. */
    private static RecipeFile unusable(Recipe recipe) {
        return new RecipeFile(recipe, Table.of(Path.of("none.jsonl")), List.of(), "");
    }

    private List<Template> templates(Section section, boolean chat) {
        List<Template> templates = new ArrayList<>();
        for (String name : section.names(RecipeKeys.LABEL_KIND)) {
            Section template = section.section(name);
            String text = template.find(RecipeKeys.TEMPLATE_TEXT);
            String file = template.find(RecipeKeys.TEMPLATE_FILE);
            String system = template.find(RecipeKeys.TEMPLATE_SYSTEM);
            template.refuseUnknown();
            if ((text == null) == (file == null)) {
                source.problem(
                        source.place(template.path()),
                        "template '%s' has %s, but it must have one of 'text' and 'file'"
                                .formatted(name, text == null ? "neither" : "both"));
            }
            if (system != null && !chat) {
                source.problem(
                        source.place(template.path() + ".system"),
                        "template '%s' has a system message, which is for 'chat: true' alone".formatted(name));
            }
            String content = text != null ? text : content(template, RecipeKeys.TEMPLATE_FILE, file);
            templates.add(new Template(name, content, system == null ? "" : system));
        }
        return templates;
    }

    private List<String> labels(Section section, Key<String> key) {
        List<String> labels = section.list(key);
        if (new LinkedHashSet<>(labels).size() < labels.size()) {
            source.problem(source.place(key.name()), "%s has a name twice: %s".formatted(key.name(), labels));
        }
        return labels;
    }

    /** The file that a key names; null if there is none, which is a problem unless it was one already. */
    private @Nullable Table table(Section section, Key<String> key, @Nullable String name) {
        Path path = name == null ? null : file(section, key, name);
        if (path == null) {
            return null;
        }
        try {
            return Table.of(path);
        } catch (IllegalStateException e) {
            source.problem(place(section, key), String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** The text of a file that a key names; empty if it cannot be read, which is a problem. */
    String content(Section section, Key<String> key, @Nullable String name) {
        Path path = name == null ? null : file(section, key, name);
        if (path == null) {
            return "";
        }
        try {
            if (Files.size(path) > FILE_BYTES_MAX) {
                source.problem(
                        place(section, key),
                        "%s has %d bytes, but at most %d are read".formatted(path, Files.size(path), FILE_BYTES_MAX));
                return "";
            }
            return Files.readString(path);
        } catch (IOException e) {
            source.problem(place(section, key), "%s cannot be read: %s".formatted(path, e.getMessage()));
            return "";
        }
    }

    private @Nullable Path file(Section section, Key<String> key, String name) {
        Path path = folder.resolve(name);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            source.problem(
                    place(section, key),
                    "%s is '%s', but there is no such file beside the recipe (%s)".formatted(key.path(), name, path));
            return null;
        }
        return path;
    }

    Section.Source source() {
        return source;
    }

    private Section.Place place(Section section, Key<?> key) {
        return source.place(section.path().isEmpty() ? key.name() : section.path() + "." + key.name());
    }
}
