package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.OldBytes;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Cancellations, pieces of texts, room for those who wait, and a way out. */
class LaneLifeTest {
    @Test
    void readsAssignmentsOfTheFirstVersion() {
        // Given
        Hall hall = new Hall(8);

        // When
        hall.arrive(Hall.BULK, OldBytes.of(Hall.CODEC.encode(Hall.assignment("a")), "assignment", 1));
        hall.settle();

        // Then
        assertThat(hall.intake.ids()).containsExactly("a");
        assertThat(hall.intake.assignment("a").prompt().delivery()).isEqualTo(Delivery.WHOLE);
    }

    @Test
    void tellsTheWorkerOfACancellationAndBeginsNothingOfIt() {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "a", "b", "c");
        hall.settle();

        // When
        hall.cancel(new Cancellation(
                new Cancellation.Target.OfRequest(new RequestId("job", "b")), "changed my mind", Instant.EPOCH));
        hall.settle();
        hall.intake.end("a");
        hall.settle();

        // Then
        Rejection rejection =
                (Rejection) Hall.outcome(hall.producer.history().getFirst().value());
        assertThat(hall.published()).containsExactly("b", "a");
        assertThat(rejection.code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(rejection.message()).contains("changed my mind");
        assertThat(hall.intake.ids()).containsExactly("c");
        assertThat(hall.committed(Hall.BULK).offset()).isEqualTo(2);
    }

    @Test
    void publishesPiecesOfATextBeforeItsEndUnderTheUsersIdWithHeaders() {
        // Given
        Hall hall = new Hall(8);
        hall.arrive(Hall.BULK, "a");
        hall.settle();

        // When
        hall.intake.write(
                "a", new TokenChunk(new RequestId("job", "a"), Dialect.PLAIN, 0, 3, 4, "x", FinishReason.STOP));
        hall.intake.end("a");
        hall.settle();

        // Then
        ProducerRecord<String, byte[]> piece = hall.producer.history().getFirst();
        assertThat(piece.topic()).isEqualTo("tokens");
        assertThat(piece.key()).isEqualTo("a");
        assertThat(piece.headers().toArray())
                .extracting(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
                .containsExactly(
                        "stream-id=job/a",
                        "stream-index=3",
                        "stream-last-message=true",
                        "scriptorium-job=job",
                        "content-type=application/json");
        assertThat(hall.published()).containsExactly("a");
        assertThat(hall.committed(Hall.BULK).offset()).isEqualTo(1);
    }

    @Test
    void takesNothingOfAPartitionUntilItKnowsWhatItsLastOwnerCommitted() {
        // Given
        Hall hall = new Hall(8, true, Map.of(Hall.BULK, new OffsetAndMetadata(1, "")));
        hall.consumer.rebalance(List.of());
        hall.secretive = true;
        hall.consumer.rebalance(List.of(Hall.BULK));
        hall.arriveAgain(Hall.BULK, 1, List.of("b"));
        hall.settle();
        List<String> before = hall.intake.ids();

        // When
        hall.secretive = false;
        hall.settle();

        // Then
        assertThat(before).isEmpty();
        assertThat(hall.intake.ids()).containsExactly("b");
    }

    @Test
    void leavesRoomForSomebodyWhoMayCome() {
        // Given
        Hall hall = new Hall(3);
        hall.intake.keep(1);
        hall.arrive(Hall.BULK, "b0", "b1", "b2", "b3");
        hall.settle();
        List<String> before = hall.intake.ids();

        // When
        hall.arrive(Hall.FAST, "f");
        hall.settle();

        // Then
        assertThat(before).containsExactly("b0", "b1");
        assertThat(hall.intake.ids()).containsExactly("b0", "b1", "f");
    }

    @Test
    void finishesWhatTheWorkerHasAndTakesNothingMoreWhileItDrains() throws InterruptedException {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "a", "b");
        hall.reader.start();
        hall.awaitHeld("a");

        // When
        Thread closing = Thread.currentThread();
        Thread ends = Thread.ofPlatform().start(() -> {
            // An end before the reader is told to leave would make room for the next prompt.
            while (closing.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            hall.intake.end("a");
        });
        LaneReader.Left left = hall.reader.close(Duration.ofDays(1));
        ends.join();

        // Then
        assertThat(left).isEqualTo(new LaneReader.Left(1, 0));
        assertThat(hall.published()).containsExactly("a");
        assertThat(hall.committed(Hall.BULK)).isEqualTo(new OffsetAndMetadata(1, ""));
    }

    @Test
    void handsBackWhatIsNotFinishedInTimeWithoutCountingItsStart() throws InterruptedException {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "a", "b");
        hall.reader.start();
        hall.awaitHeld("a");

        // When
        LaneReader.Left left = hall.reader.close(Duration.ofSeconds(5));

        // Then
        assertThat(left).isEqualTo(new LaneReader.Left(0, 1));
        assertThat(hall.published()).isEmpty();
        assertThat(hall.committed(Hall.BULK)).isEqualTo(new OffsetAndMetadata(0, ""));
    }
}
