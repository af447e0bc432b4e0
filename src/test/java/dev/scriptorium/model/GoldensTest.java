package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.ScalarKernels;
import dev.scriptorium.kernel.VectorKernels;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LanguageModel.Logits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trained models say what programs that nobody here wrote say of the same weights. */
class GoldensTest {
    private static final Path SCRIVENER_Q8 = SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf");

    /** A lead of the best token that f32 rounding (about 2e-5) cannot turn round. */
    private static final double CLEAR_GAP = 1e-3;

    @Test
    void scrivenerWritesItsTwentyGoldens() {
        // Given
        List<JsonNode> goldens = SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl"));
        LoadedCheckpoint scrivener = Checkpoint.load(SharedData.SCRIVENER);

        // When
        List<int[]> written = generate(scrivener, new VectorKernels(256), 1, prompts(goldens), 150);

        // Then
        for (int i = 0; i < goldens.size(); i++) {
            if (goldens.get(i).get("min_gap").doubleValue() > CLEAR_GAP) {
                int[] expected = SharedData.ids(goldens.get(i).get("greedy_ids"));
                assertThat(Arrays.copyOf(written.get(i), expected.length)).isEqualTo(expected);
            }
        }
    }

    @Test
    void scrivenersLogitsAreThoseOfItsGoldens() {
        LoadedCheckpoint scrivener = Checkpoint.load(SharedData.SCRIVENER);
        for (JsonNode golden : SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl"))) {
            // When
            float[] logits = logits(scrivener, SharedData.ids(golden.get("prompt_ids")));

            // Then
            for (JsonNode entry : golden.get("top10")) {
                double expected = entry.get(1).doubleValue();
                assertThat((double) logits[entry.get(0).intValue()]).isCloseTo(expected, within(1e-4));
            }
        }
    }

    @Test
    void scrivenerWritesTheSameAloneAndInABatchWithAnyKernelsAndThreads() {
        // Given
        LoadedCheckpoint scrivener = Checkpoint.load(SCRIVENER_Q8);
        List<int[]> prompts = prompts(SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl")));
        List<int[]> batch = prompts.subList(0, 16);
        int[] alone = generate(scrivener, new ScalarKernels(), 1, List.of(prompts.get(5)), 40)
                .getFirst();

        // When
        Stream<List<int[]>> batches = Stream.of(
                generate(scrivener, new ScalarKernels(), 2, batch, 40),
                generate(scrivener, new VectorKernels(128), 1, batch, 40),
                generate(scrivener, new VectorKernels(256), 2, batch, 40),
                generate(scrivener, new VectorKernels(512), 2, batch, 40));

        // Then
        assertThat(batches).allSatisfy(written -> assertThat(written.get(5)).isEqualTo(alone));
    }

    @ParameterizedTest
    @ValueSource(strings = {"models/stories260K/hf", "models/stories260K/gguf/stories260K-f32.gguf"})
    void storiesWritesItsTwentyEightGoldens(String model) {
        // Given
        LoadedCheckpoint stories = Checkpoint.load(SharedData.path(model));
        List<JsonNode> goldens = SharedData.lines(SharedData.path("goldens/generation-stories260K.jsonl"));

        // When
        List<int[]> written = generate(stories, new VectorKernels(256), 2, prompts(goldens), 256);

        // Then
        for (int i = 0; i < goldens.size(); i++) {
            int[] expected = SharedData.ids(goldens.get(i).get("generated_ids"));
            assertThat(Arrays.copyOf(written.get(i), expected.length)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"models/stories260K/hf", "models/stories260K/gguf/stories260K-f32.gguf"})
    void storiesLogitsAreThoseOfItsGoldens(String model) {
        LoadedCheckpoint stories = Checkpoint.load(SharedData.path(model));
        for (JsonNode golden : SharedData.lines(SharedData.path("goldens/logits/stories260K.jsonl"))) {
            // When
            float[] logits = logits(stories, SharedData.ids(golden.get("prompt_ids")));

            // Then
            assertNear(logits, golden.get("logits_f64"), 1e-4);
        }
    }

    /** With weights of four bits activations are rounded to eight, which the goldens' program does not. */
    @ParameterizedTest
    @CsvSource({"f16, 1e-4", "bf16, 1e-4", "q8_0, 1e-4", "q4_0, 0.2"})
    void narrowWeightsComputeWithTheirExactValues(String type, double tolerance) {
        String file = "models/stories260K/gguf/stories260K-" + type + ".gguf";
        LoadedCheckpoint stories = Checkpoint.load(SharedData.path(file));
        Path goldens = SharedData.path("goldens/generation-stories260K-quantised-weights.jsonl");
        List<JsonNode> ofType = SharedData.lines(goldens).stream()
                .filter(golden -> golden.get("file").textValue().equals(file))
                .toList();
        assertThat(ofType).isNotEmpty();
        for (JsonNode golden : ofType) {
            // When
            float[] logits = logits(stories, SharedData.ids(golden.get("prompt_ids")));

            // Then
            assertNear(logits, golden.get("last_prompt_position_logits"), tolerance);
        }
    }

    @Test
    void aVocabularyOfThirtyTwoThousandInTwoShardsWritesItsGoldens() {
        // Given
        LoadedCheckpoint tiny = Checkpoint.load(SharedData.path("models/tiny-mistral-vocab"));
        List<JsonNode> goldens = SharedData.lines(SharedData.path("goldens/generation-tiny-mistral-vocab.jsonl"));

        // When
        List<int[]> written = generate(tiny, new VectorKernels(256), 1, prompts(goldens), 24);

        // Then
        for (int i = 0; i < goldens.size(); i++) {
            if (goldens.get(i).get("min_top2_gap").doubleValue() > CLEAR_GAP) {
                int[] expected = SharedData.ids(goldens.get(i).get("generated_ids"));
                assertThat(Arrays.copyOf(written.get(i), expected.length)).isEqualTo(expected);
            }
        }
    }

    private static void assertNear(float[] logits, JsonNode expected, double tolerance) {
        assertThat(logits).hasSize(expected.size());
        for (int id = 0; id < logits.length; id++) {
            assertThat((double) logits[id]).isCloseTo(expected.get(id).doubleValue(), within(tolerance));
        }
    }

    private static List<int[]> prompts(List<JsonNode> goldens) {
        return goldens.stream()
                .map(golden -> SharedData.ids(golden.get("prompt_ids")))
                .toList();
    }

    private static float[] logits(LoadedCheckpoint checkpoint, int[] prompt) {
        try (ComputeTeam team = new ComputeTeam(1)) {
            LlamaModel model =
                    new LlamaModel(checkpoint.config(), checkpoint.weights(), new VectorKernels(256), team, 512);
            Chunk chunk = Chunk.of(model.open(prompt.length), prompt, true);
            return Arrays.copyOf(model.forward(List.of(chunk)).values(), model.vocabularySize());
        }
    }

    /** Greedy continuations of all prompts in one batch, each up to and with its end token. */
    private static List<int[]> generate(
            LoadedCheckpoint checkpoint, Kernels kernels, int threads, List<int[]> prompts, int tokensMax) {
        try (ComputeTeam team = new ComputeTeam(threads)) {
            LlamaConfig config = checkpoint.config();
            LlamaModel model = new LlamaModel(config, checkpoint.weights(), kernels, team, 512 * prompts.size());
            List<CachedSequence> sequences = prompts.stream()
                    .map(prompt -> model.open(Math.min(512, prompt.length + tokensMax)))
                    .toList();
            List<List<Integer>> written = prompts.stream()
                    .<List<Integer>>map(prompt -> new ArrayList<>())
                    .toList();
            for (int round = 0; round < tokensMax; round++) {
                List<Integer> open = unfinished(written, checkpoint.endIds(), prompts);
                List<Chunk> step = new ArrayList<>();
                for (int i : open) {
                    int[] next = round == 0
                            ? prompts.get(i)
                            : new int[] {written.get(i).getLast()};
                    step.add(Chunk.of(sequences.get(i), next, true));
                }
                Logits logits = model.forward(step);
                for (int row = 0; row < open.size(); row++) {
                    written.get(open.get(row)).add(largest(logits, row));
                }
            }
            return written.stream()
                    .map(ids -> ids.stream().mapToInt(Integer::intValue).toArray())
                    .toList();
        }
    }

    private static List<Integer> unfinished(List<List<Integer>> written, Set<Integer> endIds, List<int[]> prompts) {
        return IntStream.range(0, written.size())
                .boxed()
                .filter(i -> written.get(i).isEmpty()
                        || !endIds.contains(written.get(i).getLast()))
                .filter(i -> prompts.get(i).length + written.get(i).size() < 512)
                .toList();
    }

    private static int largest(Logits logits, int row) {
        int at = row * logits.vocabularySize();
        int best = 0;
        for (int id = 1; id < logits.vocabularySize(); id++) {
            if (logits.values()[at + id] > logits.values()[at + best]) {
                best = id;
            }
        }
        return best;
    }
}
