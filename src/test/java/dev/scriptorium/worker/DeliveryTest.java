package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.event.TokenChunk;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a worker hands a text over: cut off, in pieces, or not at all any more. */
class DeliveryTest {
    private static final Sampling SAMPLING = new Sampling(20, null, null, null, null, null, null, null, null, 7L, null);

    private static Prompt wanting(String id, Delivery delivery, @Nullable Instant deadline) {
        Prompt whole = Desk.prompt(id, new Input.Text("ABC"), SAMPLING, deadline);
        return new Prompt(
                whole.request(),
                whole.dialect(),
                whole.tenant(),
                whole.model(),
                whole.input(),
                whole.sampling(),
                whole.answer(),
                whole.priority(),
                deadline,
                whole.metadata(),
                whole.source(),
                delivery);
    }

    private static Cancellation cancelling(String id) {
        return new Cancellation(new Cancellation.Target.OfRequest(new RequestId("job", id)), "enough", Desk.START);
    }

    @Test
    void cancellationActsBetweenTwoTokensAndLeavesTheNeighboursAlone() {
        // Given
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(wanting("a", Delivery.WHOLE, null));
        desk.offer(wanting("b", Delivery.WHOLE, null));
        desk.turn();
        desk.turn();

        // When
        desk.worker.cancel(cancelling("a"));
        desk.turn();

        // Then
        assertThat(desk.rejection("a").code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(desk.rejection("a").message()).contains("enough");
        assertThat(desk.worker.counts().running()).isEqualTo(1);
        desk.finishAll();
        assertThat(desk.completion("b").usage().completionTokens()).isPositive();
        desk.offer(wanting("a", Delivery.WHOLE, null));
        assertThat(desk.worker.counts().waiting()).isEqualTo(1);
    }

    @Test
    void cancelledJobStopsForTwinsTooAndTheCacheIsFree() {
        // Given
        Desk desk = new Desk(Desk.limits(2, 64));
        for (String id : List.of("leader", "twin", "other", "waiting")) {
            desk.offer(wanting(id, Delivery.WHOLE, null));
        }
        desk.turn();
        desk.turn();

        // When
        desk.worker.cancel(new Cancellation(new Cancellation.Target.OfJob("job"), "", Desk.START));
        desk.turn();

        // Then
        assertThat(desk.outcomes).hasSize(4);
        assertThat(desk.rejection("twin").code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(desk.worker.counts().running()).isZero();
        assertThat(desk.worker.counts().waiting()).isZero();
        assertThat(desk.model.cacheBlocksFree()).isEqualTo(desk.model.cacheBlocksMax());
    }

    /** The router may be behind: what was sent before a cancellation is let in after it. */
    @Test
    void cancellationOfAJobEndsWhatWasSentBeforeItThoughTheRouterLetItInLater() {
        // Given
        Prompt prompt = Desk.prompt("a", "ABC");
        Withdrawals withdrawals = new Withdrawals();

        // When
        withdrawals.add(new Cancellation(new Cancellation.Target.OfJob("job"), "", Desk.START));

        // Then
        Instant later = Desk.START.plusSeconds(5);
        assertThat(withdrawals.of(new Assignment(prompt, "bulk", 1, later, Collections.emptySortedMap(), Desk.START)))
                .isNotNull();
        assertThat(withdrawals.of(new Assignment(prompt, "bulk", 1, later))).isNull();
    }

    @Test
    void cutOffTextIsAnAnswerWhereTheRequestSaysSo() {
        // Given
        Delivery partial = new Delivery(false, Delivery.Unfinished.PARTIAL, Delivery.Unfinished.PARTIAL);
        Desk desk = new Desk(Desk.limits(4, 64));
        desk.offer(wanting("whole", Delivery.WHOLE, null));
        desk.finishAll();
        desk.offer(wanting("cancelled", partial, null));
        desk.offer(wanting("late", partial, Desk.START.plusSeconds(10)));
        desk.turn();
        desk.turn();

        // When
        desk.worker.cancel(cancelling("cancelled"));
        desk.pass(Duration.ofSeconds(11));
        desk.turn();

        // Then
        assertThat(desk.completion("cancelled").finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(desk.completion("late").finishReason()).isEqualTo(FinishReason.DEADLINE_EXCEEDED);
        assertThat(desk.completion("whole").text())
                .startsWith(desk.completion("late").text());
        assertThat(desk.completion("late").usage().completionTokens()).isPositive();
    }

    @Test
    void piecesOfAStreamedTextAreTheTextAndTheSameAnywhere() {
        // Given
        Delivery streamed = new Delivery(true, Delivery.Unfinished.REJECT, Delivery.Unfinished.REJECT);
        Desk first = new Desk(Desk.limits(4, 64));
        Desk second = new Desk(Desk.limits(1, 8));

        // When
        for (Desk desk : List.of(first, second)) {
            desk.offer(wanting("a", streamed, null));
            desk.offer(Desk.prompt("b", "BC"));
            desk.finishAll();
        }

        // Then
        String read = first.pieces.stream().map(TokenChunk::text).collect(Collectors.joining());
        assertThat(read).isEqualTo(first.completion("a").text());
        assertThat(first.pieces.getLast().finishReason())
                .isEqualTo(first.completion("a").finishReason());
        assertThat(second.pieces).isEqualTo(first.pieces);
    }
}
