package dev.scriptorium.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IntegrationReaderTest {
    @Test
    void keysAndReplyTopicsAreReadAndAKeyInTheClearIsRefusedWithoutBeingRepeated() {
        // Given
        String digest = "sha256:" + "0a".repeat(32);
        String more = PipelineReaderTest.GOOD + """
            gateway:
              tenants:
                press: {keys: %s}
            reply_topics:
              orders.replies: {partitions: 2}
              prompts: {}
            """;

        // When
        Pipeline pipeline = pipeline(more.formatted(digest).replace("  prompts: {}\n", ""));
        List<String> problems = problems(more.formatted("[a-key-in-the-clear, " + digest + "]"));

        // Then
        assertThat(pipeline.integrations().gatewayKeys()).isEqualTo(Map.of("press", List.of(digest)));
        assertThat(pipeline.allTopics()).last().satisfies(topic -> {
            assertThat(topic.name()).isEqualTo("orders.replies");
            assertThat(topic.partitions()).isEqualTo(2);
            assertThat(topic.configs()).containsKeys("max.message.bytes", "retention.ms");
        });
        assertThat(problems).hasSize(2);
        assertThat(problems.get(0))
                .startsWith("p.yaml:11: gateway.tenants.press.keys has an entry that is not 'sha256:'")
                .doesNotContain("a-key");
        assertThat(problems.get(1)).contains("topic 'prompts' collides with that of topics.prompts.name");
    }

    @Test
    void answersInARegistrysFormatAreAskedForAndNeedARegistry() {
        // Given
        String url = "url: 'http://registry:8080/apis/ccompat/v7'";
        String format = "registry: {%s}\n";

        // When
        Integrations.Registry usual = pipeline(PipelineReaderTest.GOOD + format.formatted(url))
                .integrations()
                .registry();
        Integrations.Registry asked = pipeline(
                        PipelineReaderTest.GOOD + format.formatted(url + ", answers: confluent, auto_register: false"))
                .integrations()
                .registry();
        List<String> without = problems(PipelineReaderTest.GOOD + format.formatted("answers: confluent"));

        // Then
        assertThat(usual).isNotNull().satisfies(registry -> {
            assertThat(registry.answers()).isEqualTo(Integrations.AnswerHead.SINGLE_OBJECT);
            assertThat(registry.autoRegister()).isTrue();
        });
        assertThat(asked).isNotNull().satisfies(registry -> {
            assertThat(registry.answers()).isEqualTo(Integrations.AnswerHead.CONFLUENT);
            assertThat(registry.autoRegister()).isFalse();
        });
        assertThat(without)
                .containsExactly("p.yaml:9: registry.answers is 'confluent', but there is no registry.url; name the"
                        + " registry");
    }

    private static Pipeline pipeline(String yaml) {
        PipelineReader.Result result = PipelineReader.read(yaml, "p.yaml", Map.of());
        assertThat(result).isInstanceOf(PipelineReader.Result.Valid.class);
        return ((PipelineReader.Result.Valid) result).pipeline();
    }

    private static List<String> problems(String yaml) {
        PipelineReader.Result result = PipelineReader.read(yaml, "p.yaml", Map.of());
        assertThat(result).isInstanceOf(PipelineReader.Result.Invalid.class);
        return ((PipelineReader.Result.Invalid) result)
                .problems().stream().map(PipelineProblem::text).toList();
    }
}
