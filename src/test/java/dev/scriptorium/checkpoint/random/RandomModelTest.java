package dev.scriptorium.checkpoint.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomModelTest {
    @TempDir
    private Path temp;

    private Path write(String name, WeightType type, long seed) throws IOException {
        Path file = temp.resolve(name);
        new RandomModel(ModelShape.MICRO, type, seed).write(file, done -> {});
        return file;
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"})
    void loadsWithTheShapeItWasAskedFor(WeightType type) throws IOException {
        // When
        LoadedCheckpoint loaded = Checkpoint.load(write("a.gguf", type, 1));

        // Then
        assertThat(loaded.config()).isEqualTo(ModelShape.MICRO.config());
        assertThat(loaded.endIds()).containsExactly(2);
        assertThat(loaded.chat()).isNotNull();
    }

    @Test
    void sameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
        // When
        Path first = write("a.gguf", WeightType.Q4_0, 7);
        Path again = write("b.gguf", WeightType.Q4_0, 7);
        Path other = write("c.gguf", WeightType.Q4_0, 8);

        // Then
        assertThat(first).hasSameBinaryContentAs(again);
        assertThat(Files.readAllBytes(other)).isNotEqualTo(Files.readAllBytes(first));
    }

    @Test
    void weightsAreSpreadAsATrainedModelsAre() throws IOException {
        // Given
        Matrix query = Checkpoint.load(write("a.gguf", WeightType.F32, 1))
                .weights()
                .layers()
                .getFirst()
                .query();
        float[] row = new float[256];
        double sum = 0;
        double squares = 0;

        // When
        for (int i = 0; i < 256; i++) {
            query.row(i, row);
            for (float weight : row) {
                sum += weight;
                squares += weight * weight;
            }
        }

        // Then
        assertThat(sum / 65536).isBetween(-0.01, 0.01);
        assertThat(squares / 65536 * 256).isBetween(0.9, 1.1);
    }

    @Test
    void vocabularyTakesAnyTextAndGivesItBack() throws IOException {
        // Given
        Tokenizer tokenizer =
                Checkpoint.load(write("a.gguf", WeightType.Q8_0, 1)).tokenizer();
        String text = "Once upon a time, the 3 bears\nsaid: Grüße, 世界!";

        // When
        int[] ids = tokenizer.encode(text);

        // Then
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        StringBuilder decoded = new StringBuilder();
        for (int id : ids) {
            decoded.append(decoder.push(id));
        }
        assertThat(decoded.append(decoder.finish()).toString()).isEqualTo(text);
        assertThat(tokenizer.encode("there")).hasSizeLessThan(5);
    }

    @Test
    void everyPieceOfALargeVocabularyIsThereOnce() {
        // When
        RandomVocabulary vocabulary = new RandomVocabulary(128_256);

        // Then
        assertThat(vocabulary.pieces).hasSize(128_256).doesNotHaveDuplicates();
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() {
        // Given
        Path file = temp.resolve("stopped.gguf");
        RandomModel model = new RandomModel(ModelShape.MICRO, WeightType.Q8_0, 1);

        // When
        assertThatThrownBy(() -> model.write(file, done -> {
                    throw new CancellationException("stopped");
                }))
                .isInstanceOf(CancellationException.class);

        // Then
        assertThat(temp).isEmptyDirectory();
    }
}
