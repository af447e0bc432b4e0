package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.ScalarKernels;
import dev.scriptorium.kernel.VectorKernels;
import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.token.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files, tokenizer and forward pass together, against programs that nobody here wrote. */
class ModelGoldensTest {
    private static final Kernels KERNELS = new VectorKernels(256);
    private static final float LOGIT_TOLERANCE = 1e-4f;

    /** With weights of four bits activations are rounded to eight, which the goldens' programs do not. */
    private static final float ROUNDED_LOGIT_TOLERANCE = 0.2f;

    private static final int NPY_HEADER_BYTES = 128;

    /** A gap between the two largest logits below which f32 may rightly choose the other one. */
    private static final double NEAR_TIE = 5e-3;

    @ParameterizedTest
    @ValueSource(strings = {"hf", "gguf/stories260K-f32.gguf"})
    void allGreedyStoriesAreThoseOfRunC(String file) {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/generation-stories260K.jsonl"));
        try (LoadedModel loaded = LoadedModel.of(SharedData.path("models/stories260K/" + file), KERNELS)) {
            SoftAssertions softly = new SoftAssertions();
            for (JsonNode golden : cases) {
                int[] prompt = SharedData.ids(golden.path("prompt_ids"));

                // When
                List<Integer> ids =
                        loaded.greedy(prompt, golden.path("max_new_tokens").intValue(), Set.of(1, 2));

                // Then
                softly.assertThat(ids).as(golden.path("id").asText()).isEqualTo(integers(golden.path("generated_ids")));
                softly.assertThat(decode(loaded.files().tokenizer(), ids))
                        .as(golden.path("id").asText())
                        .isEqualTo(withoutFirstSpace(golden.path("text").asText()));
            }
            softly.assertAll();
        }
        assertThat(cases).hasSize(28);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf", "gguf/stories260K-f32.gguf"})
    void logitsAreThoseOfRunC(String file) {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/logits/stories260K.jsonl"));
        try (LoadedModel loaded = LoadedModel.of(SharedData.path("models/stories260K/" + file), KERNELS)) {
            for (JsonNode golden : cases) {
                // When
                float[] logits = loaded.logitsAfter(SharedData.ids(golden.path("prompt_ids")));

                // Then
                assertThat(logits).containsExactly(floats(golden.path("logits_f64")), within(LOGIT_TOLERANCE));
            }
        }
    }

    @Test
    void folderAndGgufOfTheSameWeightsGiveTheSameBits() {
        // Given
        int[] prompt = {1, 403, 407, 261, 378};
        try (LoadedModel folder = LoadedModel.of(SharedData.path("models/stories260K/hf"), KERNELS);
                LoadedModel gguf =
                        LoadedModel.of(SharedData.path("models/stories260K/gguf/stories260K-f32.gguf"), KERNELS)) {
            // When
            float[] logits = gguf.logitsAfter(prompt);

            // Then
            assertThat(logits).isEqualTo(folder.logitsAfter(prompt));
        }
    }

    @ParameterizedTest
    @CsvSource({"f32, 1e-4", "f16, 1e-3", "bf16, 2e-3", "q8_0, 5e-3", "q4_0, 2e-2"})
    void meanNegativeLogLikelihoodIsThatOfTheFilesOwnWeights(String kind, double tolerance) {
        // Given
        JsonNode golden = SharedData.json(SharedData.path("goldens/nll-stories260K.json"));
        int[] ids = SharedData.ids(golden.path("prompt_ids"));
        String reference = "numpy f64 on dequantised weights of stories260K-" + kind + ".gguf";
        double expected = golden.path("mean_nll").path(reference).doubleValue();
        Path file = SharedData.path("models/stories260K/gguf/stories260K-" + kind + ".gguf");
        try (LoadedModel loaded = LoadedModel.of(file, KERNELS);
                LanguageModel.CachedSequence sequence = loaded.model().open(ids.length)) {
            // When
            double sum = 0;
            for (int position = 0; position < ids.length - 1; position++) {
                sum += LoadedModel.negativeLogLikelihood(loaded.next(sequence, ids[position]), ids[position + 1]);
            }

            // Then
            assertThat(ids.length - 1).isEqualTo(golden.path("count").intValue());
            assertThat(sum / (ids.length - 1)).isCloseTo(expected, within(tolerance));
        }
    }

    @Test
    void dequantisedWeightsGiveTheLogitsOfFloat64() {
        // Given
        List<JsonNode> cases =
                SharedData.lines(SharedData.path("goldens/generation-stories260K-quantised-weights.jsonl"));
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode golden : cases) {
            try (LoadedModel loaded =
                    LoadedModel.of(SharedData.path(golden.path("file").asText()), KERNELS)) {
                // When
                float[] logits = loaded.logitsAfter(SharedData.ids(golden.path("prompt_ids")));

                // Then
                softly.assertThat(logits)
                        .as(golden.path("id").asText())
                        .containsExactly(
                                floats(golden.path("last_prompt_position_logits")),
                                within(toleranceOf(golden.path("file").asText())));
            }
        }
        softly.assertAll();
    }

    private static float toleranceOf(String file) {
        return file.endsWith("-q4_0.gguf") ? ROUNDED_LOGIT_TOLERANCE : LOGIT_TOLERANCE;
    }

    @Test
    void shardedBf16WithAFullVocabularyGivesTheLogitsOfFloat64() throws IOException {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.path("goldens/generation-tiny-mistral-vocab.jsonl"));
        try (LoadedModel loaded = LoadedModel.of(SharedData.path("models/tiny-mistral-vocab"), KERNELS)) {
            for (JsonNode golden : cases) {
                int[] prompt = SharedData.ids(golden.path("prompt_ids"));

                // When
                float[] logits = loaded.logitsAfter(prompt);

                // Then
                Path file =
                        SharedData.path("goldens/" + golden.path("logits_file").asText());
                assertThat(logits).containsExactly(npy(file, logits.length), within(LOGIT_TOLERANCE));
                assertThat(loaded.greedy(prompt, golden.path("max_new_tokens").intValue(), Set.of()))
                        .isEqualTo(integers(golden.path("generated_ids")));
            }
        }
    }

    @Test
    void theDemoModelWritesWhatItWroteWhenItWasTrained() {
        // Given
        List<JsonNode> cases = SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl"));
        try (LoadedModel loaded = LoadedModel.of(SharedData.SCRIVENER, KERNELS)) {
            SoftAssertions softly = new SoftAssertions();
            for (JsonNode golden : cases) {
                int[] prompt = SharedData.ids(golden.path("prompt_ids"));
                List<Integer> expected = integers(golden.path("greedy_ids"));
                expected.remove((Object) 2);

                // When
                List<Integer> ids =
                        loaded.greedy(prompt, expected.size(), loaded.files().endIds());

                // Then
                if (golden.path("min_gap").doubleValue() > NEAR_TIE) {
                    softly.assertThat(ids).as(golden.path("prompt").asText()).isEqualTo(expected);
                    softly.assertThat(decode(loaded.files().tokenizer(), ids))
                            .isEqualTo(golden.path("text").asText());
                }
                float[] logits = loaded.logitsAfter(prompt);
                for (JsonNode top : golden.path("top10")) {
                    softly.assertThat(logits[top.get(0).intValue()])
                            .as(golden.path("prompt").asText())
                            .isCloseTo(top.get(1).floatValue(), within(LOGIT_TOLERANCE));
                }
            }
            softly.assertAll();
        }
    }

    @Test
    void theDemoModelWritesTheSameWithScalarKernelsAndFromItsOwnGgufHardlyWorse() {
        // Given
        JsonNode golden =
                SharedData.lines(SharedData.SCRIVENER.resolve("goldens.jsonl")).getFirst();
        int[] prompt = SharedData.ids(golden.path("prompt_ids"));
        try (LoadedModel vector = LoadedModel.of(SharedData.SCRIVENER, KERNELS);
                LoadedModel scalar = LoadedModel.of(SharedData.SCRIVENER, new ScalarKernels());
                LoadedModel q8 = LoadedModel.of(SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf"), KERNELS)) {
            // When
            float[] logits = vector.logitsAfter(prompt);

            // Then
            assertThat(scalar.logitsAfter(prompt)).isEqualTo(logits);
            assertThat(q8.logitsAfter(prompt)).containsExactly(logits, within(0.5f));
            assertThat(LoadedModel.largest(q8.logitsAfter(prompt))).isEqualTo(LoadedModel.largest(logits));
        }
    }

    /** run.c shows the space that a first word brings along; a decoded text starts without. */
    private static String withoutFirstSpace(String text) {
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    private static String decode(Tokenizer tokenizer, List<Integer> ids) {
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        StringBuilder text = new StringBuilder();
        ids.forEach(id -> text.append(decoder.push(id)));
        return text.append(decoder.finish()).toString();
    }

    private static List<Integer> integers(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.intValue()));
        return values;
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    private static float[] npy(Path file, int count) throws IOException {
        float[] values = new float[count];
        ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(NPY_HEADER_BYTES)
                .asFloatBuffer()
                .get(values);
        return values;
    }
}
