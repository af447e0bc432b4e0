package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptTemplateTest {
    private static final Map<String, Object> VARIABLES =
            Map.of("seed", Map.of("topic", "rain", "hard", true), "audience", "children");

    @Test
    void fillsInSeedAndAudienceAndTakesConditions() {
        // Given
        PromptTemplate template = new PromptTemplate(
                "{% if seed.hard %}Explain{% else %}Tell{% endif %} {{ seed.topic | upper }} to {{ audience }}.\n");

        // When
        String prompt = template.render(VARIABLES);

        // Then
        assertThat(prompt).isEqualTo("Explain RAIN to children.");
    }

    @Test
    void refusesVariableThatIsNotThereByItsName() {
        // Given
        PromptTemplate template = new PromptTemplate("About {{ seed.topik }}");

        // When Then
        assertThatThrownBy(() -> template.render(VARIABLES))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("topik");
    }

    @Test
    void mayAskWhetherVariableIsThere() {
        // Given
        PromptTemplate template =
                new PromptTemplate("{% if seed.level is defined %}{{ seed.level }}{% else %}none{% endif %}");

        // When
        String prompt = template.render(VARIABLES);

        // Then
        assertThat(prompt).isEqualTo("none");
    }

    @Test
    void readsNoFileAndRunsNoCode() {
        // Given
        PromptTemplate template = new PromptTemplate("{{ seed.topic.getClass().forName('java.lang.Runtime') }}");

        // When Then
        assertThatThrownBy(() -> template.render(VARIABLES)).isInstanceOf(TemplateException.class);
    }
}
