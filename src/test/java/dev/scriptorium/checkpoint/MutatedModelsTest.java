package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.scriptorium.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo model's own files, broken at random places: they load, or are refused in a sentence, and nothing else. */
@Timeout(60)
class MutatedModelsTest {
    private static final Path GGUF = SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf");
    private static final List<String> FILES = List.of(
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");
    private static final int HEADER_BYTES = 36_000; // metadata of the GGUF; the safetensors header is shorter

    static LongStream seeds() {
        return Seeds.of(60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void brokenGgufIsRefusedInASentenceOrLoads(long seed, @TempDir Path folder) throws IOException {
        // Given
        Path broken = folder.resolve("broken.gguf");
        Files.write(broken, mutate(Files.readAllBytes(GGUF), new SplittableRandom(seed)));

        // When
        Throwable thrown = catchThrowable(() -> Checkpoint.load(broken));

        // Then
        check(thrown, folder);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void brokenFolderIsRefusedInASentenceOrLoads(long seed, @TempDir Path folder) throws IOException {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        String victim = FILES.get(random.nextInt(FILES.size()));
        for (String file : FILES) {
            byte[] bytes = Files.readAllBytes(SharedData.SCRIVENER.resolve(file));
            Files.write(folder.resolve(file), file.equals(victim) ? mutate(bytes, random) : bytes);
        }

        // When
        Throwable thrown = catchThrowable(() -> Checkpoint.load(folder));

        // Then
        check(thrown, folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
    void missingFileIsNamed(String missing, @TempDir Path folder) throws IOException {
        // Given
        for (String file : FILES) {
            if (!file.equals(missing)) {
                Files.copy(SharedData.SCRIVENER.resolve(file), folder.resolve(file));
            }
        }

        // When
        Throwable thrown = catchThrowable(() -> Checkpoint.load(folder));

        // Then
        assertThat(thrown)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(missing);
    }

    private static void check(Throwable thrown, Path folder) {
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(CheckpointException.class);
            assertThat(thrown.getMessage())
                    .contains(folder.toString())
                    .doesNotContain("\n")
                    .hasSizeLessThan(800);
        }
    }

    /** Cuts the file, or overwrites one to eight bytes near its beginning, where all the claims are. */
    private static byte[] mutate(byte[] bytes, SplittableRandom random) {
        if (random.nextInt(5) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        int area = Math.min(bytes.length, random.nextInt(3) == 0 ? 1000 : HEADER_BYTES);
        int at = random.nextInt(area - 8);
        byte[] mutated = bytes.clone();
        byte[] extremes = {0, -1, 1, 127, -128, '9', '"', '}'};
        byte filler = extremes[random.nextInt(extremes.length)];
        for (int i = 0; i <= random.nextInt(8); i++) {
            mutated[at + i] = random.nextBoolean() ? filler : (byte) random.nextInt(256);
        }
        return mutated;
    }
}
