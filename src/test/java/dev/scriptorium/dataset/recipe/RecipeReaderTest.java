package dev.scriptorium.dataset.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.pipeline.Key;
import dev.scriptorium.pipeline.PipelineProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeReaderTest {
    private static final String HEAD = """
        # Recipes

        A recipe file says what a dataset is made of; `topology/examples/synthetic-data.yaml` is one. Only `seeds` and
        `templates` must be there. Each seed row times each template, audience and style makes `draws` rows. A gate
        that has no section is not asked. Every problem is reported with file, line and the nearest right value, all
        at once. This page is generated: `mvn test -Dtest=RecipeReaderTest -Dgolden.update=true`.

        | key | must be | default | meaning |
        |---|---|---|---|
        """;

    private static final String TAIL = """

        Under `sampling` stands what stands under a model's `sampling` in the pipeline file
        ([configuration](configuration.md)); `seed` there is that of the whole dataset, and each text has its own made
        of it.
        """;

    @TempDir
    Path folder;

    private RecipeReader.Result read(String yaml) throws IOException {
        Files.writeString(folder.resolve("seeds.csv"), "topic,level\nrain,1\nsnow,2\n");
        Path file = folder.resolve("tales.yaml");
        Files.writeString(file, yaml);
        return RecipeReader.read(file);
    }

    private List<String> problems(String yaml) throws IOException {
        RecipeReader.Result result = read(yaml);
        assertThat(result).isInstanceOf(RecipeReader.Result.Invalid.class);
        return ((RecipeReader.Result.Invalid) result)
                .problems().stream().map(PipelineProblem::text).toList();
    }

    @Test
    void shippedExampleIsValidAndMakes120Rows() throws IOException {
        // When
        RecipeReader.Result result = RecipeReader.read(Path.of("topology/examples/synthetic-data.yaml"));

        // Then
        assertThat(result).isInstanceOfSatisfying(RecipeReader.Result.Valid.class, valid -> {
            Recipe recipe = valid.file().recipe();
            assertThat(recipe.rows(20)).isEqualTo(120);
            assertThat(recipe.key(0).id()).isEqualTo("0/story/children/-/0");
            assertThat(recipe.gates().nearDuplicates()).isEqualTo(new GateSettings.NearDuplicates(3, 0.7, 100_000));
        });
    }

    @Test
    void findsEverythingThatIsWrongInOneReadingWithTheNearestRightValue() throws IOException {
        // When
        List<String> problems = problems("""
            seeds: sedes.csv
            tempaltes: {}
            templates:
              story: {text: "About {{ seed.topic }}", file: story.txt}
              poem: {text: "A poem", system: "You are a poet"}
            audiences: [children, children]
            redraws: 3
            sampling: {temperature: 0}
            gates:
              length: {tokens_min: 50, tokens_max: 20}
              finish: {reasons: stopp}
              nearduplicates: {}
            """);

        // Then
        assertThat(problems).allMatch(problem -> problem.contains("tales.yaml:"));
        assertThat(String.join("\n", problems))
                .contains(":1: seeds is 'sedes.csv', but there is no such file")
                .contains(":2: the recipe has a key 'tempaltes'", "Did you mean 'templates'?")
                .contains(":4: template 'story' has both")
                .contains(":5: template 'poem' has a system message")
                .contains(":6: audiences has a name twice")
                .contains(":7: redraws is 3, but with temperature 0")
                .contains("gates.length.tokens_max is 20, but it must be at least 50")
                .contains("gates.finish.reasons is 'stopp'", "Did you mean 'stop'?")
                .contains("a key 'nearduplicates'", "Did you mean 'near_duplicates'?");
    }

    @Test
    void templateThatAsksForAColumnThatNoSeedHasIsAProblemWithTheNearestColumn() throws IOException {
        // When
        List<String> problems = problems("""
            seeds: seeds.csv
            templates:
              story:
                text: "About {{ seed.topik }}"
              broken:
                text: "About {{ seed.topic "
            """);

        // Then
        assertThat(String.join("\n", problems))
                .contains("template 'story' asks for seed.topik", "topic, level", "Did you mean 'topic'?")
                .contains("template 'broken'");
    }

    @Test
    void judgesPatternThatCouldStandStillOrHasNoScoreIsAProblem() throws IOException {
        // When
        List<String> standsStill = problems("""
            seeds: seeds.csv
            templates: {story: {text: "About {{ seed.topic }}"}}
            gates:
              judge: {template: "How good is {{ text }}?", pattern: "(?=([0-9]+))"}
            """);
        List<String> hasNoScore = problems("""
            seeds: seeds.csv
            templates: {story: {text: "About {{ seed.topic }}"}}
            gates:
              judge: {template: "How good is {{ text }}?", pattern: "[0-9]+"}
            """);

        // Then
        assertThat(standsStill).singleElement().asString().contains("tales.yaml:4:", "gates.judge.pattern", "RE2");
        assertThat(hasNoScore).singleElement().asString().contains("tales.yaml:4:", "a group in brackets");
    }

    @Test
    void judgesScoresMustReachTheLeastThatPassesAndBeFoundByThePattern() throws IOException {
        // When
        List<String> tooLow = problems("""
            seeds: seeds.csv
            templates: {story: {text: "About {{ seed.topic }}"}}
            gates:
              judge: {template: "How good is {{ text }}?", scores: [1, 2], score_min: 3}
            """);
        List<String> notFound = problems("""
            seeds: seeds.csv
            templates: {story: {text: "About {{ seed.topic }}"}}
            gates:
              judge: {template: "How good is {{ text }}?", scores: [1, 5, 10], pattern: "([0-9])"}
            """);

        // Then
        assertThat(tooLow).singleElement().asString().contains("gates.judge.score_min is 3.0", "[1, 2] can reach");
        assertThat(notFound).singleElement().asString().contains("tales.yaml:4:", "does not find 10");
    }

    @Test
    void tenantMayBeNamed() throws IOException {
        // When
        RecipeReader.Result result = read("""
            tenant: press
            seeds: seeds.csv
            templates: {story: {text: "About {{ seed.topic }}"}}
            """);

        // Then
        assertThat(result)
                .isInstanceOfSatisfying(
                        RecipeReader.Result.Valid.class,
                        valid -> assertThat(valid.file().recipe().tenant()).isEqualTo("press"));
    }

    @Test
    void referenceListsEveryKey() {
        // Given
        StringBuilder page = new StringBuilder(HEAD);

        // When
        for (Key<?> key : RecipeKeys.ALL) {
            String fallback = key.fallback();
            page.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            key.path(),
                            key.kind().words(),
                            fallback == null ? "" : "`" + fallback + "`",
                            key.meaning()));
        }
        page.append(TAIL);

        // Then
        Golden.check("docs/reference/recipe.md", page.toString());
    }
}
