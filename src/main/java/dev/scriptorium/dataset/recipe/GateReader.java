package dev.scriptorium.dataset.recipe;

import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.GateSettings.Blocklist;
import dev.scriptorium.dataset.GateSettings.Boilerplate;
import dev.scriptorium.dataset.GateSettings.Characters;
import dev.scriptorium.dataset.GateSettings.Decontamination;
import dev.scriptorium.dataset.GateSettings.Finish;
import dev.scriptorium.dataset.GateSettings.JsonSchema;
import dev.scriptorium.dataset.GateSettings.Judge;
import dev.scriptorium.dataset.GateSettings.Language;
import dev.scriptorium.dataset.GateSettings.Length;
import dev.scriptorium.dataset.GateSettings.NearDuplicates;
import dev.scriptorium.dataset.GateSettings.Repetition;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.pipeline.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code gates}: a gate that has no section is not asked. */
final class GateReader {
    private final RecipeReader files;

    GateReader(RecipeReader files) {
        this.files = files;
    }

    GateSettings gates(Section top, Section decontamination) {
        GateSettings gates = new GateSettings(
                gate(
                        top,
                        "length",
                        gate -> new Length(gate.get(RecipeKeys.LENGTH_MIN), gate.get(RecipeKeys.LENGTH_MAX))),
                gate(top, "finish", gate -> new Finish(gate.list(RecipeKeys.FINISH))),
                gate(
                        top,
                        "repetition",
                        gate -> new Repetition(
                                gate.get(RecipeKeys.REPETITION_WORDS), gate.get(RecipeKeys.REPETITION_RATIO))),
                gate(
                        top,
                        "language",
                        gate -> new Language(
                                gate.list(RecipeKeys.LANGUAGES), gate.get(RecipeKeys.LANGUAGE_CONFIDENCE))),
                gate(
                        top,
                        "characters",
                        gate -> new Characters(gate.list(RecipeKeys.SCRIPTS), gate.get(RecipeKeys.SCRIPT_SHARE))),
                gate(top, "boilerplate", gate -> new Boilerplate(gate.list(RecipeKeys.BOILERPLATE))),
                gate(top, "blocklist", this::blocklist),
                gate(top, "json_schema", this::schema),
                top.has("decontamination") ? decontamination(decontamination) : null,
                gate(top, "judge", GateReader::judge),
                top.get(RecipeKeys.EXACT),
                gate(
                        top,
                        "near_duplicates",
                        gate -> new NearDuplicates(
                                gate.get(RecipeKeys.NEAR_WORDS),
                                gate.get(RecipeKeys.NEAR_SIMILARITY),
                                gate.get(RecipeKeys.NEAR_WINDOW))));
        top.refuseUnknown();
        return gates;
    }

    /** Null if there is no such section, or if it is wrong, which is a problem. */
    private <T> @Nullable T gate(Section top, String name, Function<Section, @Nullable T> reading) {
        Section section = top.section(name);
        return top.has(name) ? checked(section, reading) : null;
    }

    private <T> @Nullable T checked(Section section, Function<Section, @Nullable T> reading) {
        T gate = null;
        try {
            gate = reading.apply(section);
        } catch (InvalidFieldException e) {
            files.source()
                    .problem(
                            files.source().place(e.field()),
                            "%s is %s, but it %s".formatted(e.field(), e.value(), e.rule()));
        }
        section.refuseUnknown();
        return gate;
    }

    private Blocklist blocklist(Section gate) {
        List<String> words = new ArrayList<>(gate.list(RecipeKeys.BLOCKED_WORDS));
        String file = gate.find(RecipeKeys.BLOCKED_FILE);
        if (file != null) {
            files.content(gate, RecipeKeys.BLOCKED_FILE, file)
                    .lines()
                    .map(String::strip)
                    .filter(word -> !word.isEmpty())
                    .forEach(words::add);
        }
        return new Blocklist(words);
    }

    private @Nullable JsonSchema schema(Section gate) {
        String file = gate.require(RecipeKeys.SCHEMA_FILE);
        return file == null ? null : new JsonSchema(files.content(gate, RecipeKeys.SCHEMA_FILE, file));
    }

    private @Nullable Decontamination decontamination(Section section) {
        return checked(section, gate -> {
            if (gate.list(RecipeKeys.BENCHMARK_FILES).isEmpty()) {
                throw new InvalidFieldException("gates.decontamination.files", "nothing", "must name one at least");
            }
            return new Decontamination(gate.get(RecipeKeys.BENCHMARK_WORDS), gate.get(RecipeKeys.OVERLAP));
        });
    }

    private static @Nullable Judge judge(Section gate) {
        String template = gate.require(RecipeKeys.JUDGE_TEMPLATE);
        String model = gate.find(RecipeKeys.JUDGE_MODEL);
        String pattern = gate.get(RecipeKeys.JUDGE_PATTERN);
        List<Integer> scores = gate.list(RecipeKeys.JUDGE_SCORES);
        double score = gate.get(RecipeKeys.JUDGE_SCORE);
        int tokens = gate.get(RecipeKeys.JUDGE_TOKENS);
        return template == null ? null : new Judge(template, model, pattern, scores, score, tokens);
    }
}
