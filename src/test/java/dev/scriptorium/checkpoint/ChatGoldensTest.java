package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.JinjaChatFormat;
import dev.scriptorium.token.TemplateException;
import dev.scriptorium.token.Turn;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chats as Hugging Face's template engine and tokenizers write them down. */
class ChatGoldensTest {
    @ParameterizedTest
    @CsvSource({
        "ids_mistral_no_bos_added, tokenizers/mistral-7b-v0.1/tokenizer.json",
        "ids_stories260K_no_bos_added, models/stories260K/hf/tokenizer.json"
    })
    void chatsGiveTheIdsOfHuggingFaceUnlessAUserSpellsControlTokens(String field, String file) {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/chat.jsonl"));
        JsonNode templates = SharedData.json(SharedData.path("goldens/chat-templates.json"));

        // When
        BpeTokenizer tokenizer = SharedData.tokenizer(SharedData.path(file));

        // Then
        assertThat(cases).isNotEmpty();
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode golden : cases) {
            String template = templates.path(golden.path("template").asText()).asText();
            check(softly, new JinjaChatFormat(tokenizer, template, "</s>"), tokenizer, golden, field);
        }
        softly.assertAll();
    }

    private static void check(
            SoftAssertions softly, ChatFormat format, BpeTokenizer tokenizer, JsonNode golden, String field) {
        String id = golden.path("id").asText();
        List<Turn> turns = turns(golden.path("messages"));
        if (golden.has("error")) {
            softly.assertThat(catchThrowable(() -> format.encode(turns)))
                    .as(id)
                    .isInstanceOf(TemplateException.class)
                    .hasMessage(golden.path("error").asText());
            return;
        }
        int[] ids = format.encode(turns);
        if (turns.stream().noneMatch(turn -> turn.content().contains("<s>"))) {
            softly.assertThat(ids).as(id).isEqualTo(SharedData.ids(golden.path(field)));
            return;
        }
        // The oracle takes the user's </s><s> for control tokens; here they are the characters that the user wrote.
        softly.assertThat(ids).as(id).startsWith(tokenizer.beginId());
        softly.assertThat(ids).as(id).containsOnlyOnce(tokenizer.beginId()).doesNotContain(2);
        softly.assertThat(TokenizerGoldensTest.decode(tokenizer, ids).strip())
                .as(id)
                .isEqualTo(golden.path("rendered")
                        .asText()
                        .substring("<s>".length())
                        .strip());
    }

    @Test
    void chatsOfTheDemoModelGiveTheIdsItWasTrainedWith() {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl")).stream()
                .filter(golden -> golden.path("kind").asText().equals("chat"))
                .toList();

        // When
        LoadedCheckpoint model = Checkpoint.load(SharedData.SCRIVENER);

        // Then
        assertThat(cases).isNotEmpty();
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode golden : cases) {
            List<Turn> turns = golden.has("messages")
                    ? turns(golden.path("messages"))
                    : List.of(new Turn("user", golden.path("prompt").asText()));
            ChatFormat chat = model.chat();
            softly.assertThat(chat == null ? null : chat.encode(turns))
                    .isEqualTo(SharedData.ids(golden.path("prompt_ids")));
        }
        softly.assertAll();
    }

    private static List<Turn> turns(JsonNode messages) {
        List<Turn> turns = new ArrayList<>();
        messages.forEach(message -> turns.add(
                new Turn(message.path("role").asText(), message.path("content").asText())));
        return turns;
    }
}
