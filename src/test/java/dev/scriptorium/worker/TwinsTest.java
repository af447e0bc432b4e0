package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests for the very same text at the same time: computed once, answered each under its own id. */
class TwinsTest {
    private static final Input TEXT = new Input.Text("ABCDEFGH");

    @Test
    void greedyTwinsAreComputedOnceAndAnsweredEachWithItsOwnIdSeedAndMetadata() {
        // Given
        Desk alone = new Desk(Desk.limits(4, 64));
        alone.offer(Desk.prompt("b", TEXT, greedy(20), null));
        alone.finishAll();
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.prompt("a", TEXT, greedy(20), null));
        desk.turn();
        desk.turn();

        // When
        desk.offer(Desk.prompt("b", TEXT, greedy(20), null));
        desk.finishAll();

        // Then
        Completion first = desk.completion("a");
        Completion second = desk.completion("b");
        assertThat(second.text())
                .isEqualTo(first.text())
                .isEqualTo(alone.completion("b").text());
        assertThat(second.sampling()).isEqualTo(alone.completion("b").sampling());
        assertThat(second.sampling().seed()).isNotEqualTo(first.sampling().seed());
        assertThat(second.usage().completionTokens()).isEqualTo(first.usage().completionTokens());
        assertThat(second.metadata()).isEqualTo(Map.of("line", "b"));
        assertThat(desk.worker.counts().joined()).isEqualTo(1);
        assertThat(desk.worker.counts().generatedTokens())
                .isEqualTo(first.usage().completionTokens());
        assertThat(desk.worker.counts().inHandTokens()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // temperature, seed, max tokens and prompt of the second request; how many join
        "0.8, 7, 20, ABCDEFGH, 1",
        "0.8, 8, 20, ABCDEFGH, 0",
        "0.7, 7, 20, ABCDEFGH, 0",
        "0.8, 7, 21, ABCDEFGH, 0",
        "0.8, 7, 20, ABCDEFGI, 0",
        "0.0, 7, 20, ABCDEFGH, 0",
    })
    void sampledRequestsAreTwinsIfEverythingIsTheSame(
            double temperature, long seed, int maxTokens, String text, int joined) {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.prompt("a", TEXT, sampled(0.8, 7L, 20), null));

        // When
        desk.offer(Desk.prompt("b", new Input.Text(text), sampled(temperature, seed, maxTokens), null));
        desk.finishAll();

        // Then
        assertThat(desk.worker.counts().joined()).isEqualTo(joined);
        assertThat(desk.outcomes).hasSize(2);
    }

    @Test
    void aTextAndAChatOfTheSameTokensAreNoTwins() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(prompt("a", new Input.Text("ABC"), greedy(5), Priority.BULK, null));

        // When
        desk.offer(Desk.chat("b", "user", "ABC"));
        desk.finishAll();

        // Then
        assertThat(desk.worker.counts().joined()).isZero();
    }

    @Test
    void theDeadlineOfTheFirstDoesNotHurtTheOthers() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.prompt("a", TEXT, greedy(20), Desk.START.plusSeconds(5)));
        desk.offer(Desk.prompt("b", TEXT, greedy(20), null));
        desk.offer(Desk.prompt("c", TEXT, greedy(20), Desk.START.plusSeconds(5)));
        desk.turn();
        desk.pass(Duration.ofSeconds(6));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("a").code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(desk.rejection("c").code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(desk.completion("b").usage().completionTokens()).isPositive();
        assertThat(desk.model.openSequences()).isZero();
    }

    @Test
    void nobodyComputesWhatNobodyWantsAnyMore() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(Desk.prompt("a", TEXT, greedy(50), Desk.START.plusSeconds(5)));
        desk.offer(Desk.prompt("b", TEXT, greedy(50), Desk.START.plusSeconds(5)));
        desk.turn();
        desk.pass(Duration.ofSeconds(6));
        desk.turn();

        // When
        desk.offer(Desk.prompt("c", TEXT, greedy(3), null));
        desk.finishAll();

        // Then
        assertThat(desk.outcomes).hasSize(3);
        assertThat(desk.completion("c").usage().completionTokens()).isLessThanOrEqualTo(3);
        assertThat(desk.model.openSequences()).isZero();
    }

    @Test
    void aTwinThatSomebodyWaitsForTakesTheFirstAlong() {
        // Given
        Desk desk = new Desk(Desk.limits(1, 64));
        List<String> order = new ArrayList<>();
        desk.offer(prompt("running", new Input.Text("QQ"), greedy(3), Priority.BULK, null));
        desk.turn();
        desk.offer(prompt("other", new Input.Text("RR"), greedy(3), Priority.BULK, null));
        desk.offer(prompt("first", TEXT, greedy(3), Priority.BULK, null));

        // When
        desk.offer(prompt("urgent", TEXT, greedy(3), Priority.INTERACTIVE, null));
        IntStream.range(0, 30).forEach(each -> {
            desk.turn();
            desk.outcomes.keySet().stream().filter(id -> !order.contains(id)).forEach(order::add);
        });

        // Then
        assertThat(order).containsExactly("first", "urgent", "running", "other");
    }

    private static Sampling greedy(int maxTokens) {
        return sampled(0, null, maxTokens);
    }

    private static Sampling sampled(double temperature, @Nullable Long seed, int maxTokens) {
        return new Sampling(maxTokens, null, temperature, null, null, null, null, null, null, seed, null);
    }

    private static Prompt prompt(
            String id, Input input, Sampling sampling, Priority priority, @Nullable Instant deadline) {
        return new Prompt(
                new RequestId("job", id),
                Dialect.PLAIN,
                "default",
                "fake",
                input,
                sampling,
                priority,
                deadline,
                Map.of(),
                id);
    }
}
