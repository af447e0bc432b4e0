package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.bytes;
import static dev.scriptorium.topology.RouterBench.header;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Dialect;
import dev.scriptorium.wire.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What event-driven systems expect in headers: CloudEvents, and replies as Spring and SmallRye ask for them. */
class ReplyTest {
    private static final Instant START = RouterBench.START;
    private static final String PIPELINE = """
        models:
          tiny: {path: models/tiny}
        lanes:
          only: {}
        routes:
          - {name: known, when: {tenant: default}, to: only}
        reply_topics:
          orders.replies: {partitions: 8}
          quarkus-replies: {}
        """;
    private static final String PROMPT = "{\"id\":\"17\",\"prompt\":\"Once\"}";
    private static final Map<String, String> SPRING =
            Map.of("kafka_replyTopic", "orders.replies", "kafka_correlationId", "\u0001\u0002order");

    private RouterBench router = new RouterBench(Pipelines.read(PIPELINE));

    @AfterEach
    void close() {
        router.close();
    }

    private static <T> T only(List<T> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    @Test
    void answerOfASpringRequestGoesToItsReplyTopicTooWithTheCorrelationIdAsItCame() {
        // Given
        router.prompt("17", bytes(PROMPT), SPRING, START);
        router.exits();
        router = router.restarted();

        // When
        router.outcome(RouterBench.completion("17", Dialect.PLAIN, "upon a time"));
        router.outcome(RouterBench.completion("17", Dialect.PLAIN, "upon a time"));

        // Then
        TestRecord<byte[], byte[]> reply = only(router.on("orders.replies"));
        TestRecord<byte[], byte[]> completion = only(router.on("completions"));
        assertThat(header(reply, "kafka_correlationId")).isEqualTo("\u0001\u0002order");
        assertThat(reply.value()).isEqualTo(completion.value());
        assertThat(reply.key()).isEqualTo(completion.key());
        assertThat(reply.headers()).isEqualTo(completion.headers());
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void rejectionsAreRepliedToWhereverTheyAreMade() {
        // Given
        Map<String, String> smallRye = Map.of("REPLY_TOPIC", "quarkus-replies", "REPLY_CORRELATION_ID", "c-1");
        String late = "{\"id\":\"late\",\"prompt\":\"x\",\"deadline\":\"2026-11-24T12:00:10Z\"}";

        // When
        router.prompt("wrong", bytes("{\"id\":\"wrong\",\"prompt\":\"x\",\"top_p\":7}"), smallRye, START);
        router.prompt("nowhere", bytes("{\"id\":\"nowhere\",\"prompt\":\"x\",\"tenant\":\"y\"}"), smallRye, START);
        router.prompt("late", bytes(late), smallRye, START);
        router.pass(Duration.ofSeconds(11));
        router.prompt("gone", bytes("{\"id\":\"gone\",\"prompt\":\"x\"}"), smallRye, START);
        router.prompt("gone", null, Map.of(), START);

        // Then
        List<TestRecord<byte[], byte[]>> replies = router.on("quarkus-replies");
        assertThat(replies).hasSize(4);
        assertThat(replies)
                .extracting(reply -> header(reply, "REPLY_CORRELATION_ID"))
                .containsOnly("c-1");
        assertThat(replies).extracting(reply -> text(reply.key())).containsExactly("wrong", "nowhere", "late", "gone");
        assertThat(router.on("rejections")).hasSize(4);
    }

    @Test
    void topicThatIsNotAllowedIsRefusedByNameAndGetsNothing() {
        // Given
        Map<String, String> elsewhere = Map.of("kafka_replyTopic", "payroll", "kafka_correlationId", "c-1");

        // When
        router.prompt("17", bytes(PROMPT), elsewhere, START);

        // Then
        TestRecord<byte[], byte[]> rejection = only(router.on("rejections"));
        assertThat(text(rejection.value()))
                .contains("invalid_value", "kafka_replyTopic", "payroll", "orders.replies, quarkus-replies");
        assertThat(header(rejection, "kafka_correlationId")).isEqualTo("c-1");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void partitionAndCorrelationIdHaveTheirLimits() {
        // When
        router.prompt(
                "1", bytes("{\"id\":\"1\",\"prompt\":\"x\"}"), Map.of("REPLY_CORRELATION_ID", "c".repeat(257)), START);
        Map<String, String> halfANumber = Map.of("REPLY_TOPIC", "quarkus-replies", "REPLY_PARTITION", "7");
        router.prompt("2", bytes("{\"id\":\"2\",\"prompt\":\"x\"}"), halfANumber, START);

        // Then
        List<TestRecord<byte[], byte[]>> rejections = router.on("rejections");
        assertThat(text(rejections.get(0).value())).contains("257 bytes", "at most 256");
        assertThat(text(rejections.get(1).value())).contains("REPLY_PARTITION", "4 bytes");
    }

    @Test
    void correlationIdAloneComesBackOnTheTopicThatAllHave() {
        // Given
        router.prompt("17", bytes(PROMPT), Map.of("REPLY_CORRELATION_ID", "c-1"), START);

        // When
        router.outcome(RouterBench.completion("17", Dialect.PLAIN, "upon a time"));

        // Then
        assertThat(header(only(router.on("completions")), "REPLY_CORRELATION_ID"))
                .isEqualTo("c-1");
    }

    @Test
    void answersAreCloudEventsInBinaryMode() {
        // Given
        router.prompt("17", bytes(PROMPT), Map.of(), START);
        router.prompt("18", bytes("{\"id\":\"18\",\"prompt\":\"x\",\"top_p\":7}"), Map.of(), START);

        // When
        router.outcome(RouterBench.completion("17", Dialect.PLAIN, "upon a time"));

        // Then
        TestRecord<byte[], byte[]> completion = only(router.on("completions"));
        assertThat(header(completion, "ce_specversion")).isEqualTo("1.0");
        assertThat(header(completion, "ce_id")).isEqualTo("default/17");
        assertThat(header(completion, "ce_type")).isEqualTo("dev.scriptorium.completion.v1");
        assertThat(header(completion, "ce_source")).isEqualTo("/scriptorium/scriptorium");
        assertThat(header(completion, "ce_time")).isEqualTo("2026-11-24T12:00:00Z");
        assertThat(header(completion, "ce_subject")).isEqualTo("17");
        assertThat(header(completion, "ce_dataschema")).isEqualTo("urn:scriptorium:schema:completion:json");
        assertThat(header(completion, "content-type")).isEqualTo("application/json");
        TestRecord<byte[], byte[]> rejection = only(router.on("rejections"));
        assertThat(header(rejection, "ce_type")).isEqualTo("dev.scriptorium.rejection.v1");
        assertThat(header(rejection, "ce_dataschema")).isEqualTo("urn:scriptorium:schema:rejection:json");
    }

    @Test
    void promptsMayBeCloudEventsInBothModes() {
        // Given
        Map<String, String> binary =
                Map.of("ce_specversion", "1.0", "ce_id", "b-1", "ce_type", "any", "ce_source", "/x");
        Map<String, String> structured = Map.of("content-type", "application/cloudevents+json; charset=UTF-8");
        String envelope = "{\"specversion\":\"1.0\",\"id\":\"%s\",\"type\":\"any\",\"source\":\"/x\",\"data\":%s}";

        // When
        router.prompt("a partition key", bytes("{\"prompt\":\"x\"}"), binary, START);
        router.prompt("a partition key", bytes(envelope.formatted("s-1", "{\"prompt\":\"x\"}")), structured, START);
        router.prompt("k", bytes(envelope.formatted("s-2", PROMPT)), structured, START);
        router.prompt("k", bytes(envelope.formatted("s-3", "\"x\"")), structured, START);
        router.prompt("k", bytes("{\"prompt\":\"x\"}"), Map.of("ce_specversion", "0.3", "ce_id", "b-2"), START);
        router.prompt("k", bytes("{\"prompt\":\"x\"}"), structured, START);

        // Then
        assertThat(router.assignments("lanes.only"))
                .extracting(assignment -> assignment.prompt().request().id())
                .containsExactly("b-1", "s-1", "17");
        List<TestRecord<byte[], byte[]>> rejections = router.on("rejections");
        assertThat(rejections)
                .extracting(each -> header(each, Arrival.ID_HEADER))
                .containsExactly("s-3", "b-2", "k");
        assertThat(text(rejections.get(0).value())).contains("data", "must be the prompt as a JSON object");
        assertThat(text(rejections.get(1).value())).contains("specversion '0.3'", "must be 1.0");
        assertThat(text(rejections.get(2).value())).contains("no attribute 'id'");
    }
}
