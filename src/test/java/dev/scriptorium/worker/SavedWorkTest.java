package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Work that a worker saves, or does again because room is short, never shows in a text. */
class SavedWorkTest {
    private static final Shortcuts EAGER = new Shortcuts(true, true, 8, 64);

    static LongStream seeds() {
        return Seeds.of(20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void writesTheSameTextsWhenTheCacheIsTooSmallForTheBatch(long seed) {
        // Given
        List<Prompt> prompts = prompts(24, seed);
        Map<String, String> expected = texts(roomy(Shortcuts.NONE), prompts);
        Desk tight = new Desk(
                new FakeModel(Desk.CONTEXT, Desk.CONTEXT), Desk.limits(12, 40).with(EAGER), Desk.CHAT, Sampling.UNSAID);

        // When
        Map<String, String> texts = texts(tight, prompts);

        // Then
        assertThat(texts).isEqualTo(expected);
        assertThat(tight.worker.counts().preemptions()).isPositive();
        assertThat(tight.worker.counts().cacheUsed()).isZero();
        assertThat(tight.model.openSequences()).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void writesTheSameTextsWithGuessesAndWithout(long seed) {
        // Given
        List<Prompt> prompts = prompts(12, seed);
        Desk plain = roomy(Shortcuts.NONE);
        plain.model.forgetful = true;
        Map<String, String> expected = texts(plain, prompts);
        Desk guessing = roomy(EAGER);
        guessing.model.forgetful = true;

        // When
        Map<String, String> texts = texts(guessing, prompts);

        // Then
        assertThat(texts).isEqualTo(expected);
        assertThat(guessing.worker.counts().guessedTokens()).isPositive();
        assertThat(guessing.worker.counts().generatedTokens())
                .isEqualTo(plain.worker.counts().generatedTokens());
    }

    @Test
    void needsFewerStepsForATextThatRepeatsItself() {
        // Given
        Desk desk = roomy(EAGER);
        desk.model.forgetful = true;
        Sampling greedy = new Sampling(70, null, 0.0, null, null, null, null, null, null, null, null);
        desk.offer(Desk.prompt("1", new Input.Text("ABC"), greedy, null));

        // When
        desk.finishAll();

        // Then
        WorkerCounts counts = desk.worker.counts();
        assertThat(desk.completion("1").usage().completionTokens()).isEqualTo(70);
        assertThat(counts.acceptedTokens()).isBetween(40L, counts.guessedTokens());
        assertThat(counts.steps()).isEqualTo(70 - counts.acceptedTokens());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void writesTheSameTextsWithSharedBeginningsAndWithout(long seed) {
        // Given
        List<Prompt> prompts = prompts(24, seed);
        Map<String, String> expected = texts(roomy(Shortcuts.NONE), prompts);
        Desk sharing = roomy(Shortcuts.DEFAULT);

        // When
        Map<String, String> texts = texts(sharing, prompts);

        // Then
        assertThat(texts).isEqualTo(expected);
        assertThat(sharing.worker.counts().cachedTokens()).isPositive().isEqualTo(sharing.model.tokensReused);
    }

    @Test
    void guessesNothingOnceTheStepIsAsLargeAsItMayBeWithGuesses() {
        // Given
        Desk desk = roomy(new Shortcuts(true, true, 8, 4));
        desk.model.forgetful = true;
        IntStream.range(0, 4)
                .forEach(each -> desk.offer(
                        Desk.prompt("p" + each, new Input.Text("ABABABAB"), Desk.saying(40, null, List.of()), null)));

        // When
        IntStream.range(0, 20).forEach(each -> desk.turn());

        // Then
        assertThat(desk.worker.counts().guessedTokens()).isZero();
    }

    @Test
    void computesTheBeginningThatPromptsShareOnceAndSaysSo() {
        // Given
        Desk desk = roomy(Shortcuts.DEFAULT);
        String template = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF";
        IntStream.range(0, 10)
                .forEach(each -> desk.offer(Desk.prompt(
                        "p" + each, new Input.Text(template + (char) ('A' + each)), Desk.saying(3, null, null), null)));

        // When
        desk.finishAll();

        // Then: begin token and template make four blocks of eight and one token.
        WorkerCounts counts = desk.worker.counts();
        assertThat(counts.promptTokens()).isEqualTo(10 * 34);
        assertThat(counts.cachedTokens()).isEqualTo(9 * 32);
        assertThat(counts.prefillTokens()).isEqualTo(34 + 9 * 2);
    }

    private static Desk roomy(Shortcuts shortcuts) {
        return new Desk(
                new FakeModel(Desk.CONTEXT, 16 * Desk.CONTEXT),
                Desk.limits(12, 40).with(shortcuts),
                Desk.CHAT,
                Sampling.UNSAID);
    }

    private static Map<String, String> texts(Desk desk, List<Prompt> prompts) {
        Random random = new Random(1);
        for (Prompt prompt : prompts) {
            assertThat(desk.offer(prompt)).isTrue();
            IntStream.range(0, random.nextInt(3)).forEach(each -> desk.turn());
        }
        desk.finishAll();
        Map<String, String> texts = new TreeMap<>();
        for (Prompt prompt : prompts) {
            Completion completion = desk.completion(prompt.request().id());
            texts.put(prompt.request().id(), completion.finishReason() + " " + completion.text());
        }
        return texts;
    }

    /** Greedy and sampled, with penalties and stop texts, with common beginnings. */
    private static List<Prompt> prompts(int count, long seed) {
        Random random = new Random(seed);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = "ABCDEFGHIJKLMNOPQRST".substring(random.nextInt(3), 8 + random.nextInt(12)) + "XYZ";
            Sampling sampling = new Sampling(
                    random.nextBoolean() ? null : 1 + random.nextInt(60),
                    null,
                    random.nextInt(3) == 0 ? 0.0 : 0.2,
                    random.nextBoolean() ? null : 5,
                    0.95,
                    null,
                    random.nextBoolean() ? null : 1.1,
                    random.nextBoolean() ? null : 0.3,
                    null,
                    null,
                    random.nextInt(4) == 0 ? List.of("AB", "Q") : null);
            prompts.add(Desk.prompt("p" + i, new Input.Text(text), sampling, null));
        }
        Collections.shuffle(prompts, random);
        return prompts;
    }
}
