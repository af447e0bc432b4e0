package dev.scriptorium.checkpoint.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderToGgufTest {
    @TempDir
    private Path temp;

    private Path convert(Path folder, WeightPlan plan) throws IOException {
        Path file = temp.resolve("converted.gguf");
        try (CheckpointFiles files = Checkpoint.open(folder)) {
            new FolderToGguf(folder, files, plan).write(file, done -> {});
        }
        return file;
    }

    /** The shipped file was written by the demo model's own exporter, the others by llama-quantize or its equal. */
    @ParameterizedTest
    @CsvSource({
        "scrivener-1m, Q8_0, gguf/scrivener-1m-q8_0.gguf",
        "stories260K, F32, gguf/stories260K-f32.gguf",
        "stories260K, F16, gguf/stories260K-f16.gguf",
        "stories260K, BF16, gguf/stories260K-bf16.gguf",
        "stories260K, Q8_0, gguf/stories260K-q8_0.gguf",
        "stories260K, Q4_0, gguf/stories260K-q4_0.gguf"
    })
    void tensorsAreThoseOfAnIndependentConverterByteForByte(String model, WeightType type, String reference)
            throws IOException {
        // Given
        boolean demo = model.equals("scrivener-1m");
        Path root = demo ? SharedData.SCRIVENER : SharedData.path("models/" + model);
        Path folder = demo ? root : root.resolve("hf");

        // When
        Path converted = convert(folder, new WeightPlan(type));

        // Then
        try (CheckpointFiles ours = Checkpoint.open(converted);
                CheckpointFiles theirs = Checkpoint.open(root.resolve(reference))) {
            List<Tensor> expected = theirs.weights().tensors();
            List<Tensor> written = ours.weights().tensors();
            assertThat(written).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                String name = expected.get(i).name();
                assertThat(written.get(i).name()).isEqualTo(name);
                assertThat(written.get(i).type())
                        .as(name)
                        .isEqualTo(expected.get(i).type());
                assertThat(written.get(i).bytes().toArray(ValueLayout.JAVA_BYTE))
                        .as(name)
                        .isEqualTo(expected.get(i).bytes().toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    @Test
    void tokensAndTemplateAreThoseOfTheFolder() throws IOException {
        // Given
        LoadedCheckpoint folder = Checkpoint.load(SharedData.SCRIVENER);

        // When
        LoadedCheckpoint converted = Checkpoint.load(convert(SharedData.SCRIVENER, WeightPlan.AS_IN_THE_FILE));

        // Then
        assertThat(converted.config()).isEqualTo(folder.config());
        assertThat(converted.endIds()).isEqualTo(folder.endIds());
        assertThat(converted.tokenizer().addsBegin())
                .isEqualTo(folder.tokenizer().addsBegin());
        assertThat(converted.chat()).isNotNull();
        for (JsonNode golden : SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl"))) {
            String text = golden.path("prompt").asText() + " Grüße, 3 bears\n\n ok";
            assertThat(converted.tokenizer().encode(text))
                    .isEqualTo(folder.tokenizer().encode(text));
        }
    }
}
