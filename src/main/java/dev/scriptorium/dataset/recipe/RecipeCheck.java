package dev.scriptorium.dataset.recipe;

import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.dataset.gate.Benchmarks;
import dev.scriptorium.dataset.gate.Gates;
import dev.scriptorium.dataset.gate.SafePattern;
import dev.scriptorium.dataset.run.PromptWriter;
import dev.scriptorium.pipeline.Section;
import dev.scriptorium.pipeline.Spelling;
import dev.scriptorium.token.TemplateException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What shows only when a recipe is tried: templates that ask for columns that no seed has, patterns that are none. */
final class RecipeCheck {
    private static final String JUDGE_PATTERN = "gates.judge.pattern";
    /** Where a message says that something is wrong. */
    private static final Pattern GATE_FIELD = Pattern.compile("\\bgates\\.[\\w.]*\\w");

    private static final Pattern SEED_COLUMN = Pattern.compile("\\bseed\\.(\\w+)");

    private final Section.Source source;
    private final RecipeFile file;

    RecipeCheck(Section.Source source, RecipeFile file) {
        this.source = source;
        this.file = file;
    }

    void check() {
        gates(file.recipe().gates());
        SeedRow first;
        try (SeedRows seeds = SeedRows.open(file.seeds())) {
            first = seeds.next();
        } catch (IOException | IllegalStateException e) {
            source.problem(source.place("seeds"), "the seeds cannot be read: " + e.getMessage());
            return;
        }
        if (first == null) {
            source.problem(source.place("seeds"), file.seeds().path() + " has no rows, so nothing would be made");
            return;
        }
        for (Template template : file.recipe().templates()) {
            template(template, first);
        }
    }

    private void gates(GateSettings gates) {
        try {
            var _ = Gates.of(gates, new Benchmarks(1, List.of()));
            if (gates.judge() != null) {
                judge(gates.judge());
            }
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            Matcher field = GATE_FIELD.matcher(message);
            source.problem(source.place(field.find() ? field.group() : "gates"), message);
        }
    }

    private void judge(GateSettings.Judge judge) {
        com.google.re2j.Pattern pattern = SafePattern.compile(JUDGE_PATTERN, judge.pattern());
        String found = "%s is '%s', but it must ".formatted(JUDGE_PATTERN, judge.pattern());
        if (pattern.groupCount() < 1) {
            source.problem(source.place(JUDGE_PATTERN), found + "have a group in brackets, which is the score");
            return;
        }
        for (int score : judge.scores()) {
            com.google.re2j.Matcher answer = pattern.matcher(String.valueOf(score));
            if (!answer.find() || !String.valueOf(score).equals(answer.group(1))) {
                source.problem(
                        source.place(JUDGE_PATTERN),
                        found + "find each of gates.judge.scores alone, and does not find " + score);
                return;
            }
        }
    }

    private void template(Template template, SeedRow seed) {
        Recipe recipe = file.recipe();
        Set<String> columns = new LinkedHashSet<>(seed.values().keySet());
        Matcher asked = SEED_COLUMN.matcher(template.text() + template.system());
        Section.Place place = source.place("templates." + template.name());
        boolean found = true;
        while (asked.find()) {
            if (!columns.contains(asked.group(1)) && !template.text().contains("seed." + asked.group(1) + " is ")) {
                found = false;
                source.problem(
                        place,
                        "template '%s' asks for seed.%s, but %s has the columns %s.%s"
                                .formatted(
                                        template.name(),
                                        asked.group(1),
                                        file.seeds().path().getFileName(),
                                        String.join(", ", columns),
                                        Spelling.didYouMean(asked.group(1), columns)));
            }
        }
        // Jinja takes what is not closed for text, and nobody would mean that.
        if (count(template.text(), "{{") != count(template.text(), "}}")) {
            found = false;
            source.problem(place, "template '%s' has a {{ that is not closed by }}".formatted(template.name()));
        }
        if (!found) {
            return;
        }
        RowKey key = new RowKey(
                0,
                template.name(),
                recipe.audiences().isEmpty() ? "" : recipe.audiences().getFirst(),
                recipe.styles().isEmpty() ? "" : recipe.styles().getFirst(),
                0);
        try {
            String prompt = new PromptWriter(recipe).text(key, seed);
            if (prompt.isEmpty()) {
                source.problem(place, "template '%s' gives an empty prompt".formatted(template.name()));
            }
        } catch (TemplateException e) {
            source.problem(place, "template '%s': %s".formatted(template.name(), e.getMessage()));
        }
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
