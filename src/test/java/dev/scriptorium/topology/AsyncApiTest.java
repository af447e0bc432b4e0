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

    static final String REGISTERED =
            PIPELINE + "registry: {url: 'http://registry:8080/apis/ccompat/v7', answers: confluent}\n";

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

    @Test
    void answersInARegistrysFormatSayWhereTheirSchemasIdStands() {
        // Given
        Pipeline usual = Pipelines.read(PIPELINE);
        Pipeline registered = Pipelines.read(REGISTERED);

        // When
        String document = AsyncApi.of(registered);

        // Then
        assertThat(document.split("schemaIdLocation: 'payload'", -1)).hasSize(4);
        assertThat(document).contains("A piece of a text in Avro, in Confluent''s wire format");
        assertThat(AsyncApi.of(usual)).doesNotContain("schemaId");
    }
}
