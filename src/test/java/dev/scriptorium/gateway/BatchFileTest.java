package dev.scriptorium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchFileTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final String GOOD =
            "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"prompt\":\"x\"}}";

    @TempDir
    Path folder;

    @Test
    void linesGoOnUnderTheirNumbersOnTheirTenantsAccountAndWithTheBatchsDeadline() throws IOException {
        // Given
        String other = GOOD.replace("\"a\"", "\"b\"")
                .replace(
                        "{\"prompt\":\"x\"}",
                        "{\"prompt\":\"y\",\"user\":\"ada\",\"deadline\":\"2026-11-24T11:00:00Z\"}");

        // When
        BatchFile.Checked checked = check(GOOD + "\n\n" + other + "\n");

        // Then
        assertThat(checked.problems()).isEmpty();
        assertThat(checked.requests()).isEqualTo(2);
        List<String> lines = Files.readAllLines(folder.resolve("to.jsonl"));
        assertThat(lines).hasSize(3);
        JsonNode first = Call.JSON.readTree(lines.get(0)).path("body");
        assertThat(first.path("tenant").asText()).isEqualTo("press");
        assertThat(first.path("deadline").asText()).isEqualTo("2026-11-24T12:00:00Z");
        JsonNode third = Call.JSON.readTree(lines.get(2)).path("body");
        assertThat(third.path("deadline").asText()).isEqualTo("2026-11-24T11:00:00Z");
        assertThat(third.path("metadata").path("user").asText()).isEqualTo("ada");
        assertThat(third.has("user")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "not json | invalid_json_line | line 2 is not valid JSON",
                "[] | invalid_json_line | line 2 is not a JSON object",
                "{\"custom_id\":\"b\",\"custom_id\":\"c\"} | invalid_json_line | Duplicate field",
                "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{}}"
                        + "| duplicate_custom_id | has the custom_id 'a' of line 1",
                "{\"custom_id\":\"b\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{}}"
                        + "| mismatched_url | must be '/v1/completions'",
                "{\"custom_id\":\"b\",\"method\":\"GET\",\"url\":\"/v1/completions\",\"body\":{}}"
                        + "| invalid_method | must be 'POST'",
                "{\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{}}"
                        + "| missing_required_parameter | no text 'custom_id'",
                "{\"custom_id\":\"b\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{},\"more\":1}"
                        + "| unknown_field | 'more'",
                "{\"custom_id\":\"b\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"tenant\":\"news\"}}"
                        + "| invalid_tenant | the key is for 'press'",
            })
    void aLineThatCannotBeARequestOfTheBatchIsNamed(String line, String code, String words) throws IOException {
        // When
        BatchFile.Checked checked = check(GOOD + "\n" + line + "\n");

        // Then
        assertThat(checked.problems()).first().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(2);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.message()).contains(words);
        });
    }

    @Test
    void aFileWithoutRequestsAndOneWithTooManyAreRefused() throws IOException {
        // When
        BatchFile.Checked none = check("\n \n");
        BatchFile.Checked many = check((GOOD + "\n").repeat(4));

        // Then
        assertThat(none.problems()).extracting(Batch.Problem::code).containsExactly("empty_file");
        assertThat(many.problems()).extracting(Batch.Problem::code).contains("too_many_requests");
    }

    private BatchFile.Checked check(String lines) throws IOException {
        Path from = folder.resolve("from.jsonl");
        Files.writeString(from, lines);
        GatewayLimits limits =
                new GatewayLimits(1 << 20, 3, 1 << 30, 1 << 20, 1, 1, 1, GatewayLimits.DEFAULT.callWaitMax());
        Batch batch = new Batch(
                "batch_1",
                "press",
                new Batch.Origin("from.jsonl", "stored:file-1", "file-1", "/v1/completions", "24h", null),
                Phase.VALIDATING,
                Map.of(Phase.VALIDATING, NOON.minusSeconds(86_400)),
                0,
                NOON,
                Batch.Results.NONE,
                List.of(),
                Map.of());
        return new BatchFile(batch, limits, 1 << 20).write(from, folder.resolve("to.jsonl"));
    }
}
