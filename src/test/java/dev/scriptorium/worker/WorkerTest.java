package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.Usage;
import java.time.Duration;
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

class WorkerTest {
    static LongStream seeds() {
        return Seeds.of(25);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void writesTheSameTextInABatchOfSixteenInAnyOrderAsAlone(long seed) {
        // Given
        List<Prompt> prompts = new ArrayList<>(prompts(24));
        Map<String, Completion> alone = new TreeMap<>();
        for (Prompt prompt : prompts) {
            Desk desk = new Desk(Desk.limits(1, Desk.CONTEXT));
            desk.offer(prompt);
            desk.finishAll();
            alone.put(prompt.request().id(), desk.completion(prompt.request().id()));
        }
        Random random = new Random(seed);
        Collections.shuffle(prompts, random);
        Desk desk = new Desk(Desk.limits(16, 16 + random.nextInt(60)));

        // When
        for (Prompt prompt : prompts) {
            assertThat(desk.offer(prompt)).isTrue();
            IntStream.range(0, random.nextInt(4)).forEach(each -> desk.turn());
        }
        desk.finishAll();

        // Then
        assertThat(desk.outcomes).hasSize(prompts.size());
        alone.forEach((id, expected) -> {
            assertThat(desk.completion(id).text()).isEqualTo(expected.text());
            assertThat(desk.completion(id).usage().totalTokens())
                    .isEqualTo(expected.usage().totalTokens());
            assertThat(desk.completion(id).sampling()).isEqualTo(expected.sampling());
            assertThat(desk.completion(id).finishReason()).isEqualTo(expected.finishReason());
        });
        assertThat(alone.values().stream().map(Completion::text).distinct().count())
                .isGreaterThan(20);
    }

    @Test
    void saysInTheCompletionAllThatIsNeededToWriteItAgain() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 8));
        desk.offer(prompt("1", Desk.saying(5, null, null)));
        desk.pass(Duration.ofSeconds(2));
        desk.model.duringForward = () -> desk.pass(Duration.ofMillis(100));

        // When
        desk.finishAll();

        // Then
        Completion completion = desk.completion("1");
        assertThat(completion.provenance())
                .isEqualTo(
                        Desk.PROVENANCE.of("sha256:73ce0600577beda78ccdd656a81cd1adc014d617b44d64285be67e5776a7ce00"));
        assertThat(completion.worker()).isEqualTo("w1");
        assertThat(completion.attempt()).isEqualTo(1);
        assertThat(completion.metadata()).isEqualTo(Map.of("line", "1"));
        assertThat(completion.sampling().maxTokens()).isEqualTo(5);
        assertThat(completion.sampling().seed()).isEqualTo(SamplingResolver.defaultSeed(completion.request()));
        assertThat(completion.usage()).isEqualTo(new Usage(9, 5));
        assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(completion.timings())
                .isEqualTo(new Timings(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofMillis(400)));
        assertThat(completion.completedAt()).isEqualTo(Desk.START.plusMillis(2600));
    }

    @Test
    void endsAtAnEndTokenWhichCountsAndDoesNotShow() {
        // Given
        Desk desk = new Desk(Desk.limits(16, 64));
        desk.model.onlyToken = FakeTokenizer.END;
        desk.offer(prompt("1", Desk.saying(30, null, null)));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.completion("1").text()).isEmpty();
        assertThat(desk.completion("1").usage().completionTokens()).isEqualTo(1);
        assertThat(desk.completion("1").finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void endsBeforeAStopText() {
        // Given
        Desk free = new Desk(Desk.limits(1, 64));
        free.offer(prompt("1", Desk.saying(30, null, null)));
        free.finishAll();
        String whole = free.completion("1").text();
        String stop = whole.substring(5, 8);
        Desk desk = new Desk(Desk.limits(1, 64));

        // When
        desk.offer(prompt("1", Desk.saying(30, null, List.of(stop))));
        desk.finishAll();

        // Then
        assertThat(desk.completion("1").text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(desk.completion("1").finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void rejectsAPromptAsLongAsTheContextWhileItsNeighboursFinish() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.prompt("long", "A".repeat(95)));
        desk.offer(Desk.prompt("short", "A"));

        // When
        desk.finishAll();

        // Then
        Rejection rejection = desk.rejection("long");
        assertThat(rejection.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED);
        assertThat(rejection.message()).contains("96 tokens").contains("context of model 'fake' is 96");
        assertThat(rejection.source()).isEqualTo("prompts.jsonl:long");
        assertThat(desk.completion("short").text()).isNotNull();
    }

    @Test
    void givesTheTemplatesOwnWordsWhenItRefuses() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.chat("1", "assistant", "ABC"));
        desk.offer(Desk.chat("2", "user", "ABC"));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("1").code()).isEqualTo(ErrorCode.TEMPLATE_ERROR);
        assertThat(desk.rejection("1").message())
                .isEqualTo("prompts.jsonl:1: the chat template of model 'fake' refused the messages: Conversation roles"
                        + " must alternate user/assistant/…");
        assertThat(desk.completion("2").usage().promptTokens()).isEqualTo(4);
    }

    @Test
    void rejectsMessagesWhereTheModelHasNoTemplate() {
        // Given
        Desk desk = new Desk(new FakeModel(Desk.CONTEXT, 16 * Desk.CONTEXT), Desk.limits(4, 64), null, Sampling.UNSAID);
        desk.offer(Desk.chat("1", "user", "ABC"));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("1").code()).isEqualTo(ErrorCode.TEMPLATE_ERROR);
        assertThat(desk.rejection("1").message())
                .isEqualTo(
                        "prompts.jsonl:1: model 'fake' has no chat template, so it takes no messages; send the text as"
                                + " 'prompt'");
    }

    @Test
    void rejectsOnlyThePromptThatTheTokenizerCannotBear() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.prompt("bad", "A!"));
        desk.offer(Desk.prompt("unknown", "z~"));
        desk.offer(Desk.prompt("good", "A"));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("bad").code()).isEqualTo(ErrorCode.WORKER_FAILED);
        assertThat(desk.rejection("bad").message()).contains("cannot bear exclamation marks");
        assertThat(desk.rejection("unknown").message()).contains("knows 64 tokens");
        assertThat(desk.completion("good").text()).isNotNull();
    }

    @Test
    void rejectsOnlyTheSequenceWhoseLogitsAreNotNumbers() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.model.nan = FakeTokenizer.id('Z');
        desk.offer(prompt("bad", new Input.Text("ABZ"), Desk.saying(5, null, null)));
        desk.offer(prompt("good", new Input.Text("ABC"), Desk.saying(1, null, null)));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("bad").code()).isEqualTo(ErrorCode.NON_FINITE_LOGITS);
        assertThat(desk.completion("good").usage().completionTokens()).isEqualTo(1);
        assertThat(desk.model.openSequences()).isZero();
    }

    /**
     * The pass that fails takes all caches with it; the neighbours are computed anew and write what they would have.
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void letsAForwardPassFailForThePoisonAlone(long seed) {
        // Given
        List<Prompt> prompts = new ArrayList<>(prompts(20));
        Desk unharmed = new Desk(Desk.limits(8, 24));
        prompts.forEach(unharmed::offer);
        unharmed.finishAll();
        Desk desk = new Desk(Desk.limits(8, 24));
        desk.model.poisonous = true;
        String poison = new FakeTokenizer().piece(FakeModel.UNSAID);
        prompts.add(prompt("poison", new Input.Text("AB" + poison + "A"), Sampling.UNSAID));
        Random random = new Random(seed);
        Collections.shuffle(prompts, random);

        // When
        for (Prompt prompt : prompts) {
            desk.offer(prompt);
            IntStream.range(0, random.nextInt(4)).forEach(each -> desk.turn());
        }
        desk.finishAll();

        // Then
        assertThat(desk.outcomes).hasSize(prompts.size());
        assertThat(desk.rejection("poison").code()).isEqualTo(ErrorCode.WORKER_FAILED);
        assertThat(desk.rejection("poison").message()).contains("poison in the forward pass");
        for (Prompt prompt : prompts(20)) {
            String id = prompt.request().id();
            assertThat(desk.completion(id).text())
                    .isEqualTo(unharmed.completion(id).text());
            assertThat(desk.completion(id).usage().totalTokens())
                    .isEqualTo(unharmed.completion(id).usage().totalTokens());
        }
        assertThat(desk.model.openSequences()).isZero();
    }

    @Test
    void rejectsWhatIsLateInTheQueueAndBetweenTwoTokens() {
        // Given
        Desk desk = new Desk(Desk.limits(1, 64));
        desk.offer(Desk.prompt("running", new Input.Text("A"), Desk.saying(50, null, null), Desk.START.plusSeconds(5)));
        desk.offer(Desk.prompt("waiting", new Input.Text("A"), Desk.saying(50, null, null), Desk.START.plusSeconds(5)));
        desk.offer(Desk.prompt("patient", new Input.Text("A"), Desk.saying(3, null, null), Desk.START.plusSeconds(60)));
        desk.turn();

        // When
        desk.pass(Duration.ofSeconds(5));
        desk.finishAll();

        // Then
        assertThat(desk.rejection("running").code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(desk.rejection("waiting").code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(desk.rejection("waiting").message())
                .isEqualTo(
                        "prompts.jsonl:waiting: the deadline was 2026-11-24T09:00:05Z, and at 2026-11-24T09:00:05Z the"
                                + " text was not finished");
        assertThat(desk.completion("patient").usage().completionTokens()).isLessThanOrEqualTo(3);
    }

    @Test
    void rejectsWhatIsLateBeforeItsTokensAreCounted() {
        // Given
        Desk desk = new Desk(Desk.limits(1, 64));
        desk.offer(Desk.prompt("late", new Input.Text("A!"), Sampling.UNSAID, Desk.START.plusSeconds(5)));
        desk.pass(Duration.ofSeconds(6));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("late").code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }

    @Test
    void saysNoWhenItsTokensAreAllTakenAndYesAgainWhenSomeAreFree() {
        // Given
        Desk desk = new Desk(
                new FakeModel(Desk.CONTEXT, 2 * Desk.CONTEXT),
                new WorkerLimits(8, 64, 2 * Desk.CONTEXT),
                Desk.CHAT,
                Sampling.UNSAID);
        List<Boolean> answers = new ArrayList<>();

        // When
        answers.add(desk.offer(Desk.prompt("1", "A")));
        answers.add(desk.offer(Desk.prompt("2", "A")));
        answers.add(desk.offer(Desk.prompt("3", "A")));
        desk.finishAll();
        answers.add(desk.offer(Desk.prompt("3", "A")));

        // Then
        assertThat(answers).containsExactly(true, true, false, true);
    }

    @Test
    void holdsNoMoreTokensThanAPromptCanNeedOnceTheyAreCounted() {
        // Given
        Desk desk = new Desk(Desk.limits(8, 64));
        desk.offer(prompt("1", new Input.Text("ABC"), Desk.saying(10, null, null)));

        // When
        desk.turn();

        // Then
        assertThat(desk.worker.counts().inHandTokens()).isEqualTo(4 + 10);
        assertThat(desk.worker.counts().running()).isEqualTo(1);
        assertThat(desk.worker.counts().prefillTokens()).isEqualTo(4);
        assertThat(desk.worker.counts().generatedTokens()).isEqualTo(1);
    }

    @Test
    void neverPutsMoreTokensInAStepThanItMay() {
        // Given
        Desk desk = new Desk(Desk.limits(8, 20));
        prompts(30).forEach(desk::offer);

        // When
        desk.finishAll();

        // Then
        assertThat(desk.model.stepSizes()).isNotEmpty().allMatch(tokens -> tokens <= 20);
    }

    @Test
    void refusesAModelWhoseCacheIsSmallerThanItsContext() {
        assertThatThrownBy(
                        () -> new Desk(new FakeModel(Desk.CONTEXT, 48), Desk.limits(4, 64), Desk.CHAT, Sampling.UNSAID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("room for 48 tokens")
                .hasMessageContaining("context of 96");
    }

    private static List<Prompt> prompts(int count) {
        return IntStream.range(0, count)
                .mapToObj(each -> prompt(
                        "p" + each,
                        new Input.Text("ABCDEFGH".repeat(each % 9 + 1).substring(each % 8)),
                        each % 3 == 0 ? Desk.saying(each + 1, null, null) : Sampling.UNSAID))
                .toList();
    }

    private static Prompt prompt(String id, Sampling sampling) {
        return prompt(id, new Input.Text("ABCDEFGH"), sampling);
    }

    private static Prompt prompt(String id, Input input, Sampling sampling) {
        return Desk.prompt(id, input, sampling, null);
    }
}
