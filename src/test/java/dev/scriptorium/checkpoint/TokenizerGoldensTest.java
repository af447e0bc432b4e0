package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids and text of the oracle, Hugging Face's tokenizers and llama.cpp, for real vocabularies. */
class TokenizerGoldensTest {
    private static final int CASES = 339;

    @ParameterizedTest
    @CsvSource({
        "mistral-7b-v0.1, tokenizers/mistral-7b-v0.1/tokenizer.json",
        "llama-2, tokenizers/llama-2/tokenizer.json",
        "stories260K, models/stories260K/hf/tokenizer.json",
        "mistral-7b-v0.1, tokenizers/mistral-7b-v0.1/tokenizer.model",
        "llama-2, tokenizers/llama-2/tokenizer.model",
        "stories260K, models/stories260K/hf/tokenizer.model"
    })
    void idsAndTextAreTheOnesOfHuggingFace(String name, String file) {
        // Given
        Path goldens = SharedData.path("goldens/tokenizer/" + name + ".jsonl");
        List<JsonNode> cases = SharedData.lines(goldens);

        // When
        BpeTokenizer tokenizer = SharedData.tokenizer(SharedData.path(file));

        // Then
        assertThat(cases).hasSize(CASES);
        SoftAssertions softly = new SoftAssertions();
        cases.forEach(golden -> check(softly, tokenizer, golden));
        softly.assertAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "q8_0"})
    void scoresOfGgufGiveTheSameIdsAsMergesOfTokenizerJson(String kind) {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/tokenizer/stories260K.jsonl"));

        // When
        Tokenizer tokenizer = Checkpoint.load(SharedData.path("models/stories260K/gguf/stories260K-" + kind + ".gguf"))
                .tokenizer();

        // Then
        SoftAssertions softly = new SoftAssertions();
        cases.forEach(golden -> check(softly, tokenizer, golden));
        softly.assertAll();
    }

    @Test
    void scoresOfAFullGgufVocabularyGiveTheSameIds() {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/tokenizer/mistral-7b-v0.1.jsonl"));

        // When
        Tokenizer tokenizer = Checkpoint.load(SharedData.path("models/tiny-mistral-vocab/tiny-mistral-vocab-q8_0.gguf"))
                .tokenizer();

        // Then
        SoftAssertions softly = new SoftAssertions();
        cases.forEach(golden -> check(softly, tokenizer, golden));
        softly.assertAll();
    }

    private static void check(SoftAssertions softly, Tokenizer tokenizer, JsonNode golden) {
        String id = golden.path("id").asText();
        String text = utf8(golden.path("text_utf8_hex"));
        int[] ids = SharedData.ids(golden.path("ids"));
        softly.assertThat(tokenizer.encodeWithControlTokens(text))
                .as(id + " ids")
                .isEqualTo(ids);
        softly.assertThat(tokenizer.encode(text))
                .as(id + " as text")
                .isEqualTo(SharedData.ids(golden.path("ids_special_as_text")));
        softly.assertThat(decode(tokenizer, ids))
                .as(id + " decoded")
                .isEqualTo(golden.path("decoded").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void brokenUtf8InByteTokensDecodesAsHuggingFaceDoesIt(String file) {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/tokenizer/decode-mistral-7b-v0.1.jsonl"));

        // When
        BpeTokenizer tokenizer = SharedData.tokenizer(SharedData.path("tokenizers/mistral-7b-v0.1/" + file));

        // Then
        assertThat(cases).isNotEmpty();
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode golden : cases) {
            softly.assertThat(decode(tokenizer, SharedData.ids(golden.path("ids"))))
                    .as(golden.path("id").asText())
                    .isEqualTo(utf8(golden.path("decoded_utf8_hex")));
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void llamaCppsOwnVectorsHold(String file) throws IOException {
        // Given
        Path folder = SharedData.path("goldens/tokenizer/llama.cpp-spm");
        String[] texts = Files.readString(folder.resolve("ggml-vocab-llama-spm.gguf.inp"))
                .split("\n__ggml_vocab_test__\n", -1);
        List<String> lines = Files.readAllLines(folder.resolve("ggml-vocab-llama-spm.gguf.out"));

        // When
        BpeTokenizer tokenizer = SharedData.tokenizer(SharedData.path("tokenizers/llama-2/" + file));

        // Then
        SoftAssertions softly = new SoftAssertions();
        for (int i = 0; i < lines.size(); i++) {
            int[] ids = lines.get(i).isBlank()
                    ? new int[0]
                    : List.of(lines.get(i).strip().split("\\s+", -1)).stream()
                            .mapToInt(Integer::parseInt)
                            .toArray();
            softly.assertThat(tokenizer.encode(texts[i])).as(texts[i]).isEqualTo(ids);
        }
        softly.assertAll();
    }

    @Test
    void promptsOfTheDemoModelGiveTheIdsItWasTrainedWith() {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl"));

        // When
        Tokenizer tokenizer = SharedData.tokenizer(SharedData.SCRIVENER.resolve("tokenizer.json"));

        // Then
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode golden : cases) {
            String text = golden.path("text_in").asText();
            int[] all = SharedData.ids(golden.path("prompt_ids"));
            int[] own = tokenizer.encodeWithControlTokens(text);
            boolean templateBegins = own.length > 0 && own[0] == tokenizer.beginId();
            softly.assertThat(own)
                    .as(text)
                    .isEqualTo(templateBegins ? all : java.util.Arrays.copyOfRange(all, 1, all.length));
        }
        softly.assertAll();
    }

    private static String utf8(JsonNode hex) {
        return new String(HexFormat.of().parseHex(hex.asText()), StandardCharsets.UTF_8);
    }

    static String decode(Tokenizer tokenizer, int[] ids) {
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.finish()).toString();
    }
}
