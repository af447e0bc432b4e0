package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.kernel.Bf16Matrix;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.Q8Matrix;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the files of a model say, on a copy of the demo model that each test changes. */
class CheckpointTest {
    private static final Path GGUF = SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf");
    private static final float Q8_ERROR = 0.01f;

    @TempDir
    private Path temp;

    private Path model;

    @BeforeEach
    void copyDemoModel() throws IOException {
        model = Files.createDirectory(temp.resolve("model"));
        for (String file : List.of(
                "config.json",
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "model.safetensors")) {
            Files.copy(SharedData.SCRIVENER.resolve(file), model.resolve(file));
        }
    }

    private void change(String file, String from, String to) throws IOException {
        String text = Files.readString(model.resolve(file));
        assertThat(text).contains(from);
        Files.writeString(model.resolve(file), text.replace(from, to));
    }

    @Test
    void demoModelSaysWhatItIs() {
        // When
        LoadedCheckpoint loaded = Checkpoint.load(model);

        // Then
        assertThat(loaded.config()).isEqualTo(new LlamaConfig(128, 352, 4, 4, 2, 32, 1024, 512, 1e-5f, 10_000));
        assertThat(loaded.generation()).isEqualTo(new GenerationDefaults(null, 300, 0.6, 50, 0.95, null, 1.2));
        assertThat(loaded.endIds()).containsExactly(2);
        assertThat(loaded.tokenizer().beginId()).isEqualTo(1);
        assertThat(loaded.tokenizer().addsBegin()).isTrue();
        assertThat(loaded.chat()).isNotNull();
        assertThat(loaded.weights().embedding()).isInstanceOf(Bf16Matrix.class);
        assertThat(loaded.digest()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void ggufOfTheSameModelHasTheSameRowsInTheSameOrder() {
        // Given
        LlamaWeights folder = Checkpoint.load(model).weights();

        // When
        LlamaWeights gguf = Checkpoint.load(GGUF).weights();

        // Then
        assertThat(gguf.embedding()).isInstanceOf(Q8Matrix.class);
        for (int layer = 0; layer < folder.layers().size(); layer++) {
            checkClose(
                    gguf.layers().get(layer).query(), folder.layers().get(layer).query());
            checkClose(
                    gguf.layers().get(layer).key(), folder.layers().get(layer).key());
            checkClose(
                    gguf.layers().get(layer).value(), folder.layers().get(layer).value());
            checkClose(
                    gguf.layers().get(layer).down(), folder.layers().get(layer).down());
            assertThat(gguf.layers().get(layer).attentionNorm())
                    .isEqualTo(folder.layers().get(layer).attentionNorm());
        }
    }

    private static void checkClose(Matrix actual, Matrix expected) {
        float[] row = new float[expected.columns()];
        float[] other = new float[expected.columns()];
        for (int i = 0; i < expected.rows(); i++) {
            expected.row(i, row);
            actual.row(i, other);
            assertThat(other).as("row " + i).containsExactly(row, within(Q8_ERROR));
        }
    }

    @Test
    void digestIsTheSameEachTimeAndAnotherForAnotherWeight() throws IOException {
        // Given
        String digest = Checkpoint.load(model).digest();
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        weights[weights.length - 2] ^= 1;

        // When
        String again = Checkpoint.load(model).digest();

        // Then
        assertThat(again).isEqualTo(digest);
        Files.write(model.resolve("model.safetensors"), weights);
        assertThat(Checkpoint.load(model).digest()).isNotEqualTo(digest);
    }

    @ParameterizedTest
    @CsvSource({
        "config.json, '\"rope_theta\": 10000.0', '\"rope_theta\": 20000.0'",
        "generation_config.json, '\"eos_token_id\": 2', '\"eos_token_id\": [2, 3]'",
        "tokenizer_config.json, '[INST]', '[ASK]'",
        "tokenizer_config.json, '\"add_bos_token\": true', '\"add_bos_token\": false'"
    })
    void digestIsAnotherForWhateverElseChangesTheText(String file, String from, String to) throws IOException {
        // Given
        String digest = Checkpoint.load(model).digest();
        change(file, from, to);

        // When
        String changed = Checkpoint.load(model).digest();

        // Then
        assertThat(changed).isNotEqualTo(digest);
    }

    @Test
    void convertedModelIsAnotherModelAndTheSameEachTime() {
        // Given
        String digest = Checkpoint.load(model).digest();
        WeightPlan plan = new WeightPlan(WeightType.Q8_0);

        // When
        LoadedCheckpoint converted = Checkpoint.load(model, plan);

        // Then
        assertThat(converted.weights().layers().getFirst().down()).isInstanceOf(Q8Matrix.class);
        assertThat(converted.digest()).isNotEqualTo(digest);
        assertThat(Checkpoint.load(model, plan).digest()).isEqualTo(converted.digest());
        assertThat(Checkpoint.load(model, new WeightPlan(WeightType.BF16)).digest())
                .isEqualTo(digest); // which it is already
    }

    @Test
    void weightsConvertedWhileLoadingAreThoseOfAConvertedFile() {
        // Given
        LlamaWeights file = Checkpoint.load(GGUF).weights();

        // When
        LlamaWeights converted =
                Checkpoint.load(model, new WeightPlan(WeightType.Q8_0)).weights();

        // Then
        float[] expected = new float[128];
        float[] row = new float[128];
        for (int i = 0; i < 128; i++) {
            file.layers().get(1).query().row(i, expected);
            converted.layers().get(1).query().row(i, row);
            assertThat(row).isEqualTo(expected);
        }
    }

    @Test
    void samplingDefaultsAreNoPartOfTheDigest() throws IOException {
        // Given
        String digest = Checkpoint.load(model).digest();
        change("generation_config.json", "0.95", "0.9");

        // When
        String changed = Checkpoint.load(model).digest();

        // Then
        assertThat(changed).isEqualTo(digest);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"do_sample\": true, \"temperature\": 0.5', 0.5",
        "'\"do_sample\": false, \"temperature\": 0.5', 0.0",
        "'\"temperature\": 0.5', 0.5",
        "'\"max_length\": 9',"
    })
    void temperatureFollowsDoSample(String fields, Double temperature) throws IOException {
        // Given
        Files.writeString(model.resolve("generation_config.json"), "{" + fields + "}");

        // When
        LoadedCheckpoint loaded = Checkpoint.load(model);

        // Then
        assertThat(loaded.generation().temperature()).isEqualTo(temperature);
        assertThat(loaded.endIds()).containsExactly(2); // from config.json then
    }

    @ParameterizedTest
    @CsvSource({
        "generation_config.json, '\"top_p\": 0.95', '\"top_p\": 1.5', top_p is 1.5",
        "generation_config.json, '\"eos_token_id\": 2', '\"eos_token_id\": 2000', id 2000",
        "generation_config.json, '\"eos_token_id\": 2', '\"eos_token_id\": \"x\"', eos_token_id is \"x\"",
        "config.json, '\"rope_scaling\": null', '\"rope_scaling\": {\"rope_type\": \"llama3\"}', 'llama3'",
        "config.json, '\"head_dim\": 32', '\"head_dim\": 31', 31",
        "config.json, '\"attention_bias\": false', '\"attention_bias\": true', attention_bias",
        "config.json, '\"num_hidden_layers\": 4', '\"num_hidden_layers\": 3', model.layers.3.",
        "tokenizer.json, '\"pre_tokenizer\": null', '\"pre_tokenizer\": {\"type\": \"ByteLevel\"}', ByteLevel",
        "tokenizer.json, '\"type\": \"Fuse\"', '\"type\": \"WordPiece\"', WordPiece",
        "tokenizer.json, '\"dropout\": null', '\"dropout\": 0.1', model.dropout",
        "tokenizer_config.json, '\"bos_token\": \"<s>\"', '\"bos_token\": \"<x>\"', '<x>'"
    })
    void whatWouldChangeTheTextIsRefusedByName(String file, String from, String to, String named) throws IOException {
        // Given
        change(file, from, to);

        // When / Then
        assertThatThrownBy(() -> Checkpoint.load(model))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(model.toString())
                .hasMessageContaining(named);
    }

    @Test
    void shardsAreReadWhereTheIndexSays() throws IOException {
        // Given
        String digest = Checkpoint.load(model).digest();
        Files.move(model.resolve("model.safetensors"), model.resolve("model-00001-of-00001.safetensors"));
        StringBuilder index = new StringBuilder("{\"weight_map\": {");
        Stream.of("model.embed_tokens", "model.norm", "lm_head").forEach(name -> appendShard(index, name));
        for (int layer = 0; layer < 4; layer++) {
            String prefix = "model.layers." + layer + ".";
            Stream.of(
                            "input_layernorm",
                            "self_attn.q_proj",
                            "self_attn.k_proj",
                            "self_attn.v_proj",
                            "self_attn.o_proj",
                            "post_attention_layernorm",
                            "mlp.gate_proj",
                            "mlp.up_proj",
                            "mlp.down_proj")
                    .forEach(name -> appendShard(index, prefix + name));
        }
        index.setLength(index.length() - 1);
        Files.writeString(model.resolve("model.safetensors.index.json"), index.append("}}"));

        // When
        LoadedCheckpoint loaded = Checkpoint.load(model);

        // Then
        assertThat(loaded.digest()).isEqualTo(digest);
    }

    private static void appendShard(StringBuilder index, String name) {
        index.append("\"" + name + ".weight\": \"model-00001-of-00001.safetensors\",");
    }

    @Test
    void ggufHasTheGenerationConfigOfItsOwnFolderOrOfTheModelFolderAbove() throws IOException {
        // Given
        Path lone = Files.copy(GGUF, temp.resolve("lone.gguf"));
        Path below =
                Files.copy(GGUF, Files.createDirectory(model.resolve("gguf")).resolve("below.gguf"));

        // When
        GenerationDefaults ofLone = Checkpoint.load(lone).generation();

        // Then
        assertThat(ofLone).isEqualTo(GenerationDefaults.UNSAID);
        assertThat(Checkpoint.load(below).generation().temperature()).isEqualTo(0.6);
    }

    @Test
    void folderWithOneGgufAndNoSafetensorsIsThatGguf() throws IOException {
        // Given
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Files.copy(GGUF, folder.resolve("a.gguf"));
        String digest = Checkpoint.load(GGUF).digest();

        // When
        LoadedCheckpoint loaded = Checkpoint.load(folder);

        // Then
        assertThat(loaded.digest()).isEqualTo(digest);
        Files.copy(GGUF, folder.resolve("b.gguf"));
        assertThatThrownBy(() -> Checkpoint.load(folder)).hasMessageContaining("a.gguf");
    }
}
