package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Templates that models come with, rendered by Hugging Face's own template engine for JavaScript (npm
 * {@code @huggingface/jinja}, which the browser version of Transformers uses).
 */
class ChatTemplateGoldensTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ChatTemplateGoldensTest.class.getResourceAsStream("/chat/" + name)) {
            return in.readAllBytes();
        }
    }

    private static List<JsonNode> cases(String template) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        for (String line : new String(resource("renderings.jsonl"), StandardCharsets.UTF_8).split("\n", -1)) {
            if (line.startsWith("{\"id\":\"" + template + "/")) {
                cases.add(JSON.readTree(line));
            }
        }
        return cases;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-2",
                "mistral-instruct-v0.1",
                "mistral-instruct-v0.3",
                "smollm2",
                "zephyr-tinyllama",
                "vicuna",
                "llama-3",
                "llama-3.1",
                "llama-3.2",
                "deepseek-r1-distill"
            })
    void templatesOfRealModelsGiveTheTextOfHuggingFace(String name) throws IOException {
        // Given
        JsonNode golden = JSON.readTree(resource("templates.json")).path(name);
        ChatTemplate template = new ChatTemplate(golden.path("template").asText());

        // When
        List<JsonNode> cases = cases(name);

        // Then
        assertThat(cases).hasSize(15);
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode each : cases) {
            String expected = each.has("expected")
                    ? each.path("expected").asText()
                    : "refused: " + each.path("error").asText();
            softly.assertThat(render(template, variables(golden, each)))
                    .as(each.path("id").asText())
                    .isEqualTo(expected);
        }
        softly.assertAll();
    }

    private static Map<String, Object> variables(JsonNode golden, JsonNode each) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (JsonNode message : each.path("messages")) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("role", message.path("role").asText());
            fields.put("content", message.path("content").asText());
            messages.add(fields);
        }
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages);
        variables.put("bos_token", golden.path("bos_token").asText());
        variables.put("eos_token", golden.path("eos_token").asText());
        variables.put("add_generation_prompt", true);
        return variables;
    }

    private static String render(ChatTemplate template, Map<String, Object> variables) {
        try {
            return template.render(variables);
        } catch (TemplateException e) {
            return "refused: " + e.getMessage();
        }
    }

    @Test
    void theDateIsTheSameEveryDay() {
        // Given
        ChatTemplate template = new ChatTemplate("{{ strftime_now('%A, %d %B %Y (%d %b %y, %j, %H:%M %%)') }}");

        // When
        String text = template.render(Map.of());

        // Then
        assertThat(text).isEqualTo("Friday, 26 July 2024 (26 Jul 24, 208, 00:00 %)");
    }

    @Test
    void aDateThatNobodyKnowsIsRefused() {
        // Given
        ChatTemplate template = new ChatTemplate("{{ strftime_now('%Q') }}");

        // When
        String outcome = render(template, Map.of());

        // Then
        assertThat(outcome).contains("'%Q'");
    }
}
