package dev.scriptorium.checkpoint.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folder to GGUF to folder: the same model by its digest, by its ids and by its numbers. */
class RoundTripTest {
    private static final Path TINY_LLAMA3 = Path.of("src/test/resources/tiny-llama3");

    @TempDir
    private Path temp;

    private static String digest(Path path) {
        try (CheckpointFiles files = Checkpoint.open(path)) {
            return ModelDigest.of(files, done -> {});
        }
    }

    private Path toGguf(Path folder) throws IOException {
        Path gguf = temp.resolve("model.gguf");
        try (CheckpointFiles files = Checkpoint.open(folder)) {
            new FolderToGguf(folder, files, WeightPlan.AS_IN_THE_FILE).write(gguf, done -> {});
        }
        return gguf;
    }

    private Path toFolder(Path gguf, WeightPlan plan) throws IOException {
        Path folder = temp.resolve("folder");
        try (CheckpointFiles files = Checkpoint.open(gguf)) {
            new GgufToFolder(gguf, files, plan).write(folder, done -> {});
        }
        return folder;
    }

    private static Path model(String name) {
        return switch (name) {
            case "scrivener" -> SharedData.SCRIVENER;
            case "tiny-llama3" -> TINY_LLAMA3;
            default -> SharedData.path("models/" + name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"scrivener", "tiny-llama3", "stories260K/hf", "tiny-mistral-vocab"})
    void folderAndGgufAndFolderAreOneModel(String name) throws IOException {
        // Given
        Path original = model(name);
        String expected = digest(original);

        // When
        Path gguf = toGguf(original);
        Path folder = toFolder(gguf, WeightPlan.AS_IN_THE_FILE);

        // Then
        assertThat(digest(gguf)).isEqualTo(expected);
        assertThat(digest(folder)).isEqualTo(expected);
        try (CheckpointFiles before = Checkpoint.open(original);
                CheckpointFiles after = Checkpoint.open(folder)) {
            assertThat(after.contents().endIds()).isEqualTo(before.contents().endIds());
            assertThat(after.contents().template()).isEqualTo(before.contents().template());
            assertThat(after.tensorsByType(WeightPlan.AS_IN_THE_FILE).keySet())
                    .containsAll(before.tensorsByType(WeightPlan.AS_IN_THE_FILE).keySet());
            assertTokenizersAgree(
                    before.contents().tokenizer(),
                    Checkpoint.tokenizer(gguf),
                    after.contents().tokenizer());
        }
    }

    private static void assertTokenizersAgree(Tokenizer expected, Tokenizer... others) {
        List<String> texts = new ArrayList<>();
        SharedData.lines(TINY_LLAMA3.resolve("goldens.jsonl"))
                .forEach(golden -> texts.add(golden.path("text").asText()));
        SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl"))
                .forEach(golden -> texts.add(golden.path("prompt").asText()));
        for (Tokenizer other : others) {
            assertThat(other.addsBegin()).isEqualTo(expected.addsBegin());
            for (String text : texts) {
                assertThat(other.encode(text)).as(text).isEqualTo(expected.encode(text));
                assertThat(other.encodeWithControlTokens(text))
                        .as(text)
                        .isEqualTo(expected.encodeWithControlTokens(text));
            }
        }
    }

    @Test
    void folderWithTokenizerModelAloneIsConvertedToo() throws IOException {
        // Given
        Path original = SharedData.path("models/stories260K/hf");
        Path folder = Files.createDirectory(temp.resolve("sentencepiece"));
        for (String file : List.of(
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.model",
                "tokenizer_config.json")) {
            Files.copy(original.resolve(file), folder.resolve(file));
        }

        // When
        Path gguf = toGguf(folder);

        // Then
        assertThat(digest(gguf)).isEqualTo(digest(folder)).isEqualTo(digest(original));
        Tokenizer tokenizer = Checkpoint.tokenizer(gguf);
        for (JsonNode golden : SharedData.lines(SharedData.path("goldens/tokenizer/stories260K.jsonl"))) {
            assertThat(tokenizer.encodeWithControlTokens(golden.path("text").asText()))
                    .isEqualTo(SharedData.ids(golden.path("ids")));
        }
    }

    @Test
    void quantsBecomeExactlyTheirValuesInAFolderOfF32() throws IOException {
        // Given
        Path gguf = SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf");
        Path leftByOneThatWasKilled = Files.createDirectory(temp.resolve("folder.part"));
        Files.writeString(leftByOneThatWasKilled.resolve("config.json"), "{");

        // When
        Path folder = toFolder(gguf, new WeightPlan(WeightType.F32));

        // Then
        assertThat(digest(folder)).isEqualTo(digest(gguf));
        assertThat(digest(folder)).isNotEqualTo(digest(SharedData.SCRIVENER));
        assertThat(leftByOneThatWasKilled).doesNotExist();
    }

    @Test
    void quantsAreNotWrittenToAFolderUnasked() {
        assertThatThrownBy(() -> toFolder(
                        SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf"), WeightPlan.AS_IN_THE_FILE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor 'token_embd.weight' is Q8_0, and a folder holds no quants")
                .hasMessageContaining("--weights f32");
        assertThat(temp.resolve("folder")).doesNotExist();
    }

    @Test
    void digestChangesWithOneWeightOneMergeAndOneLetterOfTheTemplate() throws IOException {
        // Given
        String expected = digest(TINY_LLAMA3);

        // Then
        assertThat(changed("model.safetensors", 0, 0)).isEqualTo(expected);
        assertThat(changed("model.safetensors", 100_000, 1)).isNotEqualTo(expected);
        assertThat(replaced("tokenizer_config.json", "user", "usher")).isEqualTo(expected);
        assertThat(replaced("tokenizer_config.json", "| trim", "")).isNotEqualTo(expected);
        assertThat(replaced("config.json", "\"factor\": 4.0", "\"factor\": 8.0"))
                .isNotEqualTo(expected);
    }

    private Path copy() throws IOException {
        Path folder = Files.createTempDirectory(temp, "copy");
        for (String file : List.of(
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json")) {
            Files.copy(TINY_LLAMA3.resolve(file), folder.resolve(file));
        }
        return folder;
    }

    private String changed(String file, int at, int bit) throws IOException {
        Path folder = copy();
        byte[] bytes = Files.readAllBytes(folder.resolve(file));
        bytes[at] ^= (byte) bit;
        Files.write(folder.resolve(file), bytes);
        return digest(folder);
    }

    private String replaced(String file, String from, String to) throws IOException {
        Path folder = copy();
        Files.writeString(
                folder.resolve(file), Files.readString(folder.resolve(file)).replace(from, to));
        return digest(folder);
    }

    /** The scores of SentencePiece give the merges that Hugging Face's converter made of them, all and in order. */
    @Test
    void mergesOfTokenizerModelAreThoseOfTokenizerJson() {
        // Given
        BpeTokenizer json = SharedData.tokenizer(SharedData.path("tokenizers/mistral-7b-v0.1/tokenizer.json"));

        // When
        BpeTokenizer scored = SharedData.tokenizer(SharedData.path("tokenizers/mistral-7b-v0.1/tokenizer.model"));

        // Then
        assertThat(scored.merges()).hasSize(58_980).isEqualTo(json.merges());
    }
}
