package dev.scriptorium.dataset.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.text.DifflibTest;
import dev.scriptorium.dataset.text.Words;
import dev.scriptorium.event.FinishReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatesTest {
    private static final String MOON =
            "The moon moves around the earth in about one month, and the same side of it always faces us. Its light is"
                    + " the light of the sun, thrown back by grey stone.";

    @ParameterizedTest
    @CsvSource({"19, false", "20, true", "400, true", "401, false"})
    void lengthIsCountedInTokens(int tokens, boolean passes) {
        // Given
        Gate gate = new LengthGate(new GateSettings.Length(20, 400));

        // When
        Verdict verdict = gate.judge(new Candidate("", MOON, tokens, FinishReason.STOP));

        // Then
        assertThat(verdict).isEqualTo(new Verdict("length", passes, Integer.toString(tokens), "20 to 400 tokens"));
    }

    @Test
    void aTextThatWasCutOffIsRefusedByItsFinishReason() {
        // Given
        Gate gate = new FinishGate(new GateSettings.Finish(List.of(FinishReason.STOP)));

        // When
        Verdict verdict = gate.judge(new Candidate("", MOON, 40, FinishReason.LENGTH));

        // Then
        assertThat(verdict).isEqualTo(new Verdict("finish", false, "length", "stop"));
    }

    @ParameterizedTest
    @CsvSource({
        "a b c d e f g h, 0, true",
        // 7 runs of 2, of which 'a b' twice and 'b a' twice stood before
        "a b a b a b x y, 0.4286, false",
        "rain, 0, true",
        "'', 0, true",
        "word word word word word, 0.75, false"
    })
    void repetitionIsTheShareOfRunsThatStoodBefore(String text, String share, boolean passes) {
        // Given
        Gate gate = new RepetitionGate(new GateSettings.Repetition(2, 0.2));

        // When
        Verdict verdict = gate.judge(candidate(text));

        // Then
        assertThat(verdict)
                .isEqualTo(new Verdict("repetition", passes, share, "at most 0.2 of all runs of 2 words stood before"));
    }

    @ParameterizedTest
    @CsvSource({
        "'The moon moves around the earth, and its light is the light of the sun.', eng, true",
        "'Der Mond bewegt sich um die Erde, und sein Licht ist das Licht der Sonne.', deu, true",
        "'La lune tourne autour de la terre, et sa lumière est celle du soleil.', fra, false",
        "'月亮绕着地球转,它的光是太阳的光。', cmn, false"
    })
    void languageIsTold(String text, String language, boolean passes) {
        // Given
        Gate gate = new LanguageGate(new GateSettings.Language(List.of("en", "de"), 0.05));

        // When
        Verdict verdict = gate.judge(candidate(text));

        // Then
        assertThat(verdict.passed()).as(verdict.toString()).isEqualTo(passes);
        assertThat(verdict.value()).startsWith(language + " ");
    }

    @Test
    void aLanguageThatNobodyKnowsIsNamed() {
        assertThatThrownBy(() -> new LanguageGate(new GateSettings.Language(List.of("en", "tlh"), 0.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'tlh'");
        assertThat(new LanguageGate(new GateSettings.Language(List.of("zh", "no", "fa", "et", "lv", "ms"), 0.5)))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"The moon 月, 0.875, true", "月と太陽 moon, 0.5, false", "'12, 34!', no letters, false"})
    void lettersAreOfTheScripts(String text, String share, boolean passes) {
        // Given
        Gate gate = new CharactersGate(new GateSettings.Characters(List.of("latin"), 0.8));

        // When
        Verdict verdict = gate.judge(candidate(text));

        // Then
        assertThat(verdict)
                .isEqualTo(new Verdict("characters", passes, share, "at least 0.8 of all letters are latin"));
    }

    @Test
    void boilerplateIsShownAsItStands() {
        // Given
        Gate gate =
                new BoilerplateGate(new GateSettings.Boilerplate(List.of("(?i)as an ai (language )?model", "^Sure")));

        // When
        Verdict verdict = gate.judge(candidate("Rain. As an AI language model, I have no umbrella."));

        // Then
        assertThat(verdict)
                .isEqualTo(new Verdict(
                        "boilerplate",
                        false,
                        "As an AI language model",
                        "does not match '(?i)as an ai (language )?model'"));
        assertThat(gate.judge(candidate(MOON)).passed()).isTrue();
    }

    @Test
    void aPatternThatWouldTakeForeverDoesNot() {
        // Given
        Gate gate = new BoilerplateGate(new GateSettings.Boilerplate(List.of("(a+)+$", "(x|x)*y")));
        String hostile = "a".repeat(50_000) + "!" + "x".repeat(50_000);

        // When
        // Then
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> gate.judge(candidate(hostile)));
    }

    @Test
    void aPatternThatIsNoneIsNamedWithItsPlace() {
        assertThatThrownBy(() -> new BoilerplateGate(new GateSettings.Boilerplate(List.of("fine", "(?=ahead)"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'gates.boilerplate.patterns[1]' is '(?=ahead)'");
    }

    @ParameterizedTest
    @CsvSource({
        "'You IDIOT, said he', false",
        "'An idiotic plan', true",
        "'in an ivory tower', true",
        "'the Ivory  Tower', true",
        "'the ivory tower.', false",
        "'他说坏话了', false"
    })
    void theBlocklistKnowsWholeWordsAndPhrases(String text, boolean passes) {
        // Given
        Gate gate = new BlocklistGate(new GateSettings.Blocklist(List.of("idiot", "the ivory tower", "坏话")));

        // When
        Verdict verdict = gate.judge(candidate(text));

        // Then
        assertThat(verdict.passed()).as(verdict.toString()).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": \"moon\", \"size\": 3} | true",
                "{\"name\": \"Moon\"} | false",
                "{\"size\": 3} | false",
                "{\"name\": \"moon\"} and more | false",
                "{\"name\": | false",
                "'' | false"
            })
    void jsonIsHeldToItsSchema(String text, boolean passes) {
        // Given
        Gate gate = new JsonSchemaGate(new GateSettings.JsonSchema(
                "{\"type\": \"object\", \"required\": [\"name\"], \"properties\": {\"name\": {\"type\": \"string\","
                        + " \"pattern\": \"^[a-z]+$\"}, \"size\": {\"type\": \"integer\"}}}"));

        // When
        Verdict verdict = gate.judge(candidate(text));

        // Then
        assertThat(verdict.passed()).as(verdict.toString()).isEqualTo(passes);
    }

    @Test
    void aSchemaThatWouldBeFetchedIsRefused() {
        assertThatThrownBy(() -> new JsonSchemaGate(
                        new GateSettings.JsonSchema("{\"$ref\": \"http://127.0.0.1:1/schema.json\"}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gates.json_schema.schema");
    }

    @Test
    void benchmarksOverlapAsCosmopediasScriptSays() {
        int hits = 0;
        for (JsonNode example : DifflibTest.read().get("overlaps")) {
            // Given
            String text = example.get("text").textValue();
            String benchmark = example.get("benchmark").textValue();
            double expected = example.get("ratio").doubleValue();
            Gate gate = new DecontaminationGate(
                    new GateSettings.Decontamination(10, 0.5),
                    new Benchmarks(10, List.of(new Benchmarks.Text("arc", benchmark))));

            // When
            double overlap = DecontaminationGate.overlap(
                    String.join(" ", Words.of(text)), String.join(" ", Words.of(benchmark)));
            Verdict verdict = gate.judge(candidate(text));

            // Then
            assertThat(overlap).as(example.toString()).isCloseTo(expected, within(1e-12));
            boolean shares = !verdict.value().equals("0");
            assertThat(verdict.passed()).isEqualTo(!shares || expected <= 0.5);
            hits += verdict.passed() ? 0 : 1;
        }
        assertThat(hits).isGreaterThan(5);
    }

    @Test
    void gatesStandInTheirOrderWithTheCheapOnesFirst() {
        // Given
        GateSettings settings = new GateSettings(
                new GateSettings.Length(1, 9),
                new GateSettings.Finish(List.of(FinishReason.STOP)),
                new GateSettings.Repetition(3, 0.2),
                new GateSettings.Language(List.of("en"), 0.1),
                new GateSettings.Characters(List.of("latin"), 0.9),
                new GateSettings.Boilerplate(List.of("x")),
                new GateSettings.Blocklist(List.of("x")),
                new GateSettings.JsonSchema("{}"),
                new GateSettings.Decontamination(10, 0.5),
                null,
                true,
                null);

        // When
        List<Gate> gates = Gates.of(settings, new Benchmarks(10, List.of()));

        // Then
        assertThat(gates)
                .extracting(Gate::name)
                .containsExactly(
                        "length",
                        "finish",
                        "repetition",
                        "language",
                        "characters",
                        "boilerplate",
                        "blocklist",
                        "json_schema",
                        "decontamination");
        assertThat(Gates.of(GateSettings.NONE, new Benchmarks(10, List.of()))).isEmpty();
    }

    private static Candidate candidate(String text) {
        return new Candidate("", text, 40, FinishReason.STOP);
    }
}
