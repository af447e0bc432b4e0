package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class LaneReaderTest {
    @Test
    void acknowledgesAPromptWhenItsOutcomeIsDurableAndNotBefore() {
        // Given
        Hall hall = new Hall(8, false, Map.of());
        hall.arrive(Hall.BULK, "a", "b");
        hall.settle();
        hall.intake.end("a");
        hall.settle();
        long before = hall.committed(Hall.BULK).offset();

        // When
        hall.producer.completeNext();
        hall.settle();

        // Then
        assertThat(before).isZero();
        assertThat(hall.committed(Hall.BULK).offset()).isEqualTo(1);
        assertThat(hall.producer.history().getFirst().key()).isEqualTo("job/a");
    }

    @Test
    void outcomeHasTheHeadersThatCameWithThePrompt() {
        // Given
        Hall hall = new Hall(8);
        Assignment bare = Hall.assignment("a");
        hall.arrive(
                Hall.BULK,
                Hall.CODEC.encode(new Assignment(
                        bare.prompt(),
                        "bulk",
                        1,
                        bare.admittedAt(),
                        new TreeMap<>(Map.of("traceparent", "00-1-2-01")),
                        bare.sentAt())));
        hall.settle();

        // When
        hall.intake.end("a");
        hall.settle();

        // Then
        assertThat(hall.producer
                        .history()
                        .getFirst()
                        .headers()
                        .lastHeader("traceparent")
                        .value())
                .isEqualTo("00-1-2-01".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void commitsTheStartBeforeTheWorkerSeesThePrompt() {
        // Given
        Hall hall = new Hall(8);
        hall.arrive(Hall.BULK, "a");

        // When
        hall.settle();

        // Then
        CommitMetadata metadata = CommitMetadata.parse(hall.committed(Hall.BULK).metadata());
        assertThat(hall.intake.ids()).containsExactly("a");
        assertThat(metadata.starts()).isEqualTo(Map.of(0L, 1));
    }

    @Test
    void takesNothingMoreThanTheWorkerHasRoomFor() {
        // Given
        Hall hall = new Hall(2);
        hall.arrive(Hall.BULK, "a", "b", "c");
        hall.settle();
        List<String> first = hall.intake.ids();

        // When
        hall.intake.end("a");
        hall.settle();

        // Then
        assertThat(first).containsExactly("a", "b");
        assertThat(hall.intake.ids()).containsExactly("b", "c");
    }

    @Test
    void pausesALaneWhoseBufferIsFullAndTakesItUpAgain() {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "a", "b", "c", "d", "e", "f");
        hall.settle();
        hall.turn();
        boolean paused = hall.consumer.paused().contains(Hall.BULK);

        // When
        for (String id : List.of("a", "b", "c", "d")) {
            hall.intake.end(id);
            hall.settle();
        }
        hall.turn();

        // Then
        assertThat(paused).isTrue();
        assertThat(hall.consumer.paused()).isEmpty();
    }

    @Test
    void servesInteractiveBeforeBulk() {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "b0", "b1", "b2");
        hall.settle();
        hall.arrive(Hall.FAST, "f1", "f2");
        hall.settle();

        // When
        hall.intake.end("b0");
        hall.settle();

        // Then
        assertThat(hall.intake.ids()).containsExactly("f1");
    }

    @Test
    void repeatsNothingThatWasFinishedBeforeTheCrash() {
        // Given
        Hall first = new Hall(8);
        first.arrive(Hall.BULK, "a", "b", "c", "d");
        first.settle();
        List.of("b", "d").forEach(first.intake::end);
        first.settle();
        OffsetAndMetadata left = first.committed(Hall.BULK);

        // When
        Hall second = new Hall(8, true, Map.of(Hall.BULK, left));
        second.arriveAgain(Hall.BULK, left.offset(), List.of("a", "b", "c", "d"));
        second.settle();

        // Then
        assertThat(left.offset()).isZero();
        assertThat(second.intake.ids()).containsExactly("a", "c");
        assertThat(second.intake.assignment("a").attempt()).isEqualTo(2);
    }

    /** Workers die of "killer" again and again; whoever stood beside it at first is finished all the same. */
    @Test
    void rejectsAPromptThatTakesItsWorkersDownAndNoOther() {
        // Given
        List<String> ids = List.of("a", "killer", "c");
        OffsetAndMetadata left = new OffsetAndMetadata(0);
        List<String> published = new ArrayList<>();
        Hall hall = new Hall(8);
        int deaths = 0;

        // When
        for (int life = 0; life < 10; life++) {
            hall = new Hall(8, true, Map.of(Hall.BULK, left));
            hall.arriveAgain(Hall.BULK, left.offset(), ids.subList((int) left.offset(), ids.size()));
            hall.settle();
            boolean died = hall.intake.ids().contains("killer");
            while (!died && !hall.intake.ids().isEmpty()) {
                hall.intake.end(hall.intake.ids().getFirst());
                hall.settle();
                died = hall.intake.ids().contains("killer");
            }
            published.addAll(hall.published());
            left = hall.committed(Hall.BULK);
            deaths += died ? 1 : 0;
            if (left.offset() == ids.size()) {
                break;
            }
        }

        // Then
        assertThat(published).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(deaths).isEqualTo(3);
        Rejection rejection = (Rejection) hall.producer.history().stream()
                .map(ProducerRecord::value)
                .map(Hall::outcome)
                .filter(each -> each.request().id().equals("killer"))
                .findFirst()
                .orElseThrow();
        assertThat(rejection.code()).isEqualTo(ErrorCode.WORKER_FAILED);
        assertThat(rejection.message())
                .isEqualTo("workers began this 3 times and never came to its end; it probably takes them down");
    }

    @Test
    void sendsWhatNobodyCanReadToTheDeadLettersAndGoesOn() {
        // Given
        Hall hall = new Hall(8);
        byte[] junk = "no assignment".getBytes(StandardCharsets.UTF_8);
        hall.arrive(Hall.BULK, junk);
        hall.arrive(Hall.BULK, "a");

        // When
        hall.settle();

        // Then
        ProducerRecord<String, byte[]> letter = hall.producer.history().getFirst();
        assertThat(letter.topic()).isEqualTo("dead-letters");
        assertThat(letter.value()).isEqualTo(junk);
        assertThat(new String(letter.headers().lastHeader("scriptorium-offset").value(), StandardCharsets.UTF_8))
                .isEqualTo("0");
        assertThat(hall.intake.ids()).containsExactly("a");
        assertThat(hall.committed(Hall.BULK).offset()).isEqualTo(1);
        assertThat(hall.reader.counts().unreadable()).isEqualTo(1);
    }

    @Test
    void sendsAnOutcomeAgainThatTheBrokerDidNotAcknowledgeInTime() {
        // Given
        Hall hall = new Hall(8, false, Map.of());
        hall.arrive(Hall.BULK, "a");
        hall.settle();
        hall.intake.end("a");
        hall.settle();

        // When
        hall.producer.errorNext(new TimeoutException("120 seconds"));
        hall.settle();
        hall.producer.completeNext();
        hall.settle();

        // Then
        assertThat(hall.published()).containsExactly("a", "a");
        assertThat(hall.committed(Hall.BULK).offset()).isEqualTo(1);
        assertThat(hall.reader.counts().republished()).isEqualTo(1);
    }

    @Test
    void endsWithTheCauseWhereOutcomesCannotBePublished() {
        // Given
        Hall hall = new Hall(8, false, Map.of());
        hall.arrive(Hall.BULK, "a");
        hall.settle();
        hall.intake.end("a");
        hall.settle();
        hall.producer.errorNext(new AuthorizationException("not allowed to write 'outcomes'"));

        // When / Then
        assertThatThrownBy(hall::turn)
                .isInstanceOf(KafkaException.class)
                .hasMessage("outcomes cannot be published: not allowed to write 'outcomes'");
    }

    @Test
    void takesStartsBackAndDropsItsBufferWhenAPartitionIsRevoked() {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "a", "b", "c");
        hall.settle();

        // When
        hall.consumer.rebalance(List.of(Hall.FAST));
        hall.intake.end("a");
        hall.settle();

        // Then
        assertThat(hall.published()).containsExactly("a");
        assertThat(hall.intake.ids()).isEmpty();
        assertThat(hall.reader.counts().buffered()).isZero();
        assertThat(hall.committed(Hall.BULK)).isEqualTo(new OffsetAndMetadata(0, ""));
    }

    @Test
    void finishesWhatItHasOfAPartitionBeforeItGoesElsewhereAndGoesOnWithTheOthers() {
        // Given
        Hall hall = new Hall(1);
        hall.arrive(Hall.BULK, "a", "b");
        hall.settle();
        hall.arrive(Hall.FAST, "f");
        hall.settle();
        hall.intake.end("a");

        // When
        hall.consumer.rebalance(List.of(Hall.FAST));

        // Then
        assertThat(hall.published()).containsExactly("a");
        assertThat(hall.committed(Hall.BULK)).isEqualTo(new OffsetAndMetadata(1, ""));
        assertThat(hall.intake.ids()).containsExactly("f");
    }

    @Test
    void leavesNoStartBehindWhenItClosesInOrder() {
        // Given
        Hall hall = new Hall(8);
        hall.arrive(Hall.BULK, "a", "b");
        hall.settle();
        hall.intake.end("b");

        // When
        hall.reader.shutDown();

        // Then
        assertThat(hall.published()).containsExactly("b");
        assertThat(hall.committed(Hall.BULK).offset()).isZero();
        assertThat(hall.committed(Hall.BULK).metadata()).startsWith("1;2;0;");
        assertThat(hall.consumer.closed()).isTrue();
        assertThat(hall.producer.closed()).isTrue();
    }

    @Test
    void passesKafkaPropertiesThroughAndKeepsThoseThePromiseStandsOn() {
        // When
        Map<String, Object> consumer = LaneClients.consumerProperties(
                Hall.settings(Map.of("bootstrap.servers", "kafka:9092", "security.protocol", "SSL")));

        // Then
        assertThat(consumer)
                .containsEntry("security.protocol", "SSL")
                .containsEntry("group.protocol", "consumer")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("enable.auto.commit", "false");
    }

    @Test
    void refusesAKafkaPropertyThatWouldBreakThePromise() {
        assertThatThrownBy(() -> Hall.settings(Map.of("acks", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Kafka property 'acks' is '1', but a worker's must be 'all'");
    }
}
