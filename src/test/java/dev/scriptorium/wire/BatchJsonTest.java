package dev.scriptorium.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.event.JobTally;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchJsonTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final BatchJson json = new BatchJson();

    @Test
    void whatWasWrittenIsReadAgain() {
        // Given
        Batch batch = created()
                .sent(7, NOON.plusSeconds(1))
                .over(Phase.EXPIRED, new Batch.Results("file-2", "file-3"), NOON.plusSeconds(9));

        // When
        Batch read = json.read(json.write(batch, new JobTally("batch_1", 7, 4, 2, 30, 50, NOON)));

        // Then
        assertThat(read).isEqualTo(batch);
    }

    @Test
    void theObjectHasTheFieldsThatOpenAisClientsRead() {
        // Given
        Batch batch = created().sent(7, NOON.plusSeconds(1));

        // When
        String object =
                new String(json.write(batch, new JobTally("batch_1", 7, 4, 2, 30, 50, NOON)), StandardCharsets.UTF_8);

        // Then
        assertThat(object)
                .contains(
                        "\"id\":\"batch_1\",\"object\":\"batch\"",
                        "\"status\":\"in_progress\"",
                        "\"request_counts\":{\"total\":7,\"completed\":4,\"failed\":2}",
                        "\"expires_at\":1795608000",
                        "\"completed_at\":null",
                        "\"metadata\":{\"for\":\"a test\"}");
    }

    @Test
    void theProblemsOfAFileAreReadAgain() {
        // Given
        Batch batch = created()
                .failed(List.of(new Batch.Problem("invalid_json", "line 3 is not JSON", null, 3)), NOON.plusSeconds(1));

        // When
        Batch read = json.read(json.write(batch, null));

        // Then
        assertThat(read).isEqualTo(batch);
    }

    @Test
    void howATableWasReadIsReadAgain() {
        // Given
        Batch.Table table = new Batch.Table("topic", "text", Map.of("max_tokens", "12", "stop", "[\"\\n\"]"));
        Batch batch = created(new Batch.Origin("prompts.csv", "sha256:00", null, null, null, table));

        // When
        Batch read = json.read(json.write(batch, null));

        // Then
        assertThat(read).isEqualTo(batch);
    }

    @Test
    void bytesThatAreNoBatchAreRefusedInWords() {
        // When / Then
        assertThatThrownBy(() -> json.read("[]".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("not a JSON object");
    }

    private static Batch created() {
        return created(new Batch.Origin("prompts.jsonl", "sha256:00", "file-1", "/v1/chat/completions", "24h", null));
    }

    private static Batch created(Batch.Origin origin) {
        return new Batch(
                "batch_1",
                "press",
                origin,
                Phase.VALIDATING,
                Map.of(Phase.VALIDATING, NOON),
                0,
                NOON.plusSeconds(86_400),
                Batch.Results.NONE,
                List.of(),
                Map.of("for", "a test"));
    }
}
