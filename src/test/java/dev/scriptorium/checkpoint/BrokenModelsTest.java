package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The usual defects of model files, made from the demo model, so that every clone shows how they are refused. */
@Timeout(30)
class BrokenModelsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path GGUF = SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf");
    private static final String TENSOR = "model.layers.0.mlp.up_proj.weight";

    @TempDir
    private Path model;

    @BeforeEach
    void copyDemoModel() throws IOException {
        for (String file : List.of(
                "config.json",
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "model.safetensors")) {
            Files.copy(SharedData.SCRIVENER.resolve(file), model.resolve(file));
        }
    }

    private void refused(Path path, String... words) {
        assertThatThrownBy(() -> Checkpoint.load(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @CsvSource({
        "num_attention_heads, 0, num_attention_heads",
        "num_attention_heads, 3, 3",
        "num_key_value_heads, 3, 3",
        "num_hidden_layers, 2147483647, layers",
        "hidden_size, null, hidden_size",
        "hidden_size, -128, hidden_size",
        "hidden_act, '\"relu\"', relu",
        "model_type, '\"bert\"', bert",
        "architectures, '[\"BertForMaskedLM\"]', BertForMaskedLM",
        "vocab_size, 100, ids 0 to 99",
        "vocab_size, 2000, 2000",
        "max_position_embeddings, 0, max_position_embeddings",
        "rms_norm_eps, -1, epsilon",
        "bos_token_id, '\"x\"', bos_token_id",
    })
    void configsThatCannotBeAreRefusedByField(String field, String value, String word) throws IOException {
        // Given
        Path file = model.resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());

        // When
        config.set(field, JSON.readTree(value));
        Files.write(file, JSON.writeValueAsBytes(config));

        // Then
        refused(model, word);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"dtype\":\"BF16\"', '\"dtype\":\"F8_E9\"', F8_E9",
        "'\"dtype\":\"BF16\"', '\"dtype\":\"I32\"', I32",
        "'\"shape\":[352,128]', '\"shape\":[352,129]', 352",
        "'\"shape\":[352,128]', '\"shape\":[128,352]', 352",
        "'\"shape\":[352,128]', '\"shape\":[9223372036854775807,4]', shape",
        "'\"data_offsets\":[', '\"data_offsets\":[-32', offset",
        "'\"data_offsets\":[', '\"data_offsets\":[9', tensor",
        "'model.layers.0.mlp.up_proj.weight', 'model.layers.0.mlp.left.weight', model.layers.0.mlp.up_proj.weight",
    })
    void safetensorsThatLieAreRefusedByTensor(String from, String to, String word) throws IOException {
        // Given
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = JSON.readTree(Arrays.copyOfRange(bytes, 8, 8 + length));
        String entry = "\"" + TENSOR + "\":" + header.path(TENSOR);

        // When
        byte[] changed =
                header.toString().replace(entry, entry.replace(from, to)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + changed.length + bytes.length - 8 - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                file,
                out.putLong(changed.length)
                        .put(changed)
                        .put(bytes, 8 + length, bytes.length - 8 - length)
                        .array());

        // Then
        refused(model, word);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1L << 31, 1L << 40, -1, Long.MIN_VALUE})
    void safetensorsWithALyingHeaderLengthAreRefused(long length) throws IOException {
        // Given
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);

        // When
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        Files.write(file, bytes);

        // Then
        refused(model, "header");
    }

    @ParameterizedTest
    @CsvSource({
        "model.safetensors, 0, model.safetensors",
        "model.safetensors, 7, model.safetensors",
        "model.safetensors, 1000000, cut off",
        "tokenizer.json, 10000, not valid JSON",
        "tokenizer.json, 0, tokenizer.json",
        "config.json, 100, not valid JSON",
    })
    void cutFilesAreRefusedByName(String name, int bytes, String word) throws IOException {
        // Given
        Path file = model.resolve(name);

        // When
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), bytes));

        // Then
        refused(model, word);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, GGUF",
        "4, 9, version",
        "8, 9223372036854775807, tensors",
        "16, 9223372036854775807, metadata entries",
        "16, -1, metadata entries",
        "24, 9223372036854775807, key of metadata entry 0",
        "24, 0, key of metadata entry 0",
    })
    void ggufFilesThatLieInTheirHeadAreRefused(int at, long value, String word) throws IOException {
        // Given
        byte[] bytes = Files.readAllBytes(GGUF);
        Path file = model.resolve("broken.gguf");

        // When
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        Files.write(file, bytes);

        // Then
        refused(file, word);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 20, 200, 5_000, 30_000, 500_000, 1_091_935})
    void cutGgufFilesAreRefused(int bytes) throws IOException {
        // Given
        Path file = model.resolve("cut.gguf");

        // When
        Files.write(file, Arrays.copyOf(Files.readAllBytes(GGUF), bytes));

        // Then
        refused(file, "cut.gguf");
    }
}
