package dev.scriptorium.checkpoint.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.token.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vocabulary inside a GGUF file says what the tokenizer.json says that it was made from. */
class GgufVocabularyTest {
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int INT32 = 5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"llama-bpe, cl100k_base, LLAMA3", "smollm, r50k_base, SMOLLM", "gpt-2, r50k_base, GPT2"})
    void byteLevelVocabulariesGiveTheIdsOfTokenizerJson(String pre, String name, String steps) throws IOException {
        // Given
        Path json = ByteLevelVocabularies.write(
                folder,
                name,
                switch (steps) {
                    case "LLAMA3" -> ByteLevelVocabularies.llama3Steps();
                    case "SMOLLM" -> ByteLevelVocabularies.smolSteps();
                    default -> ByteLevelVocabularies.gpt2Steps();
                },
                steps.equals("LLAMA3"));
        Tokenizer expected = Checkpoint.tokenizer(json);

        // When
        Tokenizer tokenizer = Checkpoint.tokenizer(gguf(json, pre));

        // Then
        assertThat(tokenizer.vocabularySize()).isEqualTo(expected.vocabularySize());
        for (long seed = 0; seed < 500; seed++) {
            String text = RandomTexts.of(seed);
            assertThat(tokenizer.encode(text)).isEqualTo(expected.encode(text));
            assertThat(tokenizer.encodeWithControlTokens(text)).isEqualTo(expected.encodeWithControlTokens(text));
        }
    }

    @Test
    void aWayOfCuttingThatNobodyKnowsIsRefusedByName() throws IOException {
        // Given
        Path json = ByteLevelVocabularies.write(
                folder, ByteLevelVocabularies.GPT2, ByteLevelVocabularies.gpt2Steps(), false);
        Path gguf = gguf(json, "default");

        // Then
        assertThatThrownBy(() -> Checkpoint.tokenizer(gguf))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tokenizer.ggml.pre is 'default'")
                .hasMessageContaining("llama-bpe");
    }

    /** A GGUF file with this vocabulary and nothing else. */
    private Path gguf(Path json, String pre) throws IOException {
        JsonNode root = new ObjectMapper().readTree(json.toFile());
        JsonNode added = root.path("added_tokens");
        int size = added.get(added.size() - 1).path("id").intValue() + 1;
        List<String> tokens = new ArrayList<>();
        int[] types = new int[size];
        for (int id = 0; id < size; id++) {
            tokens.add("[unused" + id + "]");
            types[id] = 5;
        }
        root.path("model").path("vocab").properties().forEach(entry -> {
            tokens.set(entry.getValue().intValue(), entry.getKey());
            types[entry.getValue().intValue()] = 1;
        });
        added.forEach(token -> {
            tokens.set(token.path("id").intValue(), token.path("content").asText());
            types[token.path("id").intValue()] = 3;
        });
        List<String> merges = new ArrayList<>();
        root.path("model").path("merges").forEach(merge -> merges.add(merge.asText()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        int32(out, 3);
        int64(out, 0);
        int64(out, 5);
        string(out, "tokenizer.ggml.model");
        int32(out, STRING);
        string(out, "gpt2");
        string(out, "tokenizer.ggml.pre");
        int32(out, STRING);
        string(out, pre);
        strings(out, "tokenizer.ggml.tokens", tokens);
        strings(out, "tokenizer.ggml.merges", merges);
        string(out, "tokenizer.ggml.token_type");
        int32(out, ARRAY);
        int32(out, INT32);
        int64(out, size);
        for (int type : types) {
            int32(out, type);
        }
        Path file = folder.resolve("vocabulary.gguf");
        Files.write(file, out.toByteArray());
        return file;
    }

    private static void strings(ByteArrayOutputStream out, String key, List<String> values) {
        string(out, key);
        int32(out, ARRAY);
        int32(out, STRING);
        int64(out, values.size());
        values.forEach(value -> string(out, value));
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int64(out, utf8.length);
        out.writeBytes(utf8);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
