package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.contract.AsyncApi;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The AsyncAPI document says what the pipeline is. */
class AsyncApiTest {
    static final String PIPELINE = """
        models:
          tiny: {path: models/tiny}
        lanes:
          only: {}
        routes:
          - {name: all, to: only}
        topics: {prefix: acme.}
        reply_topics:
          orders.replies: {}
        """;

    @Test
    void documentOfTheShippedPipelineIsWhatTheRepositoryHolds() throws Exception {
        Golden.check("topology/asyncapi.yaml", AsyncApi.of(Pipelines.shipped()));
    }

    @Test
    void topicsAndRepliesOfAnyPipelineAreInItAndItIsYaml() {
        // Given
        Pipeline pipeline = Pipelines.read(PIPELINE);

        // When
        String document = AsyncApi.of(pipeline);

        // Then
        assertThat(document)
                .contains("address: 'acme.prompts'", "address: 'orders.replies'", "$message.header#/kafka_replyTopic");
        Object read = new Load(LoadSettings.builder().build()).loadFromString(document);
        assertThat(read).isInstanceOf(java.util.Map.class);
    }
}
