package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.kernel.VectorKernels;
import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.token.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * A tiny model in the shape of Llama 3: byte-level BPE, heads of their own size, tied embeddings, rotary scaling
 * {@code llama3}; against Hugging Face's Transformers and tokenizers, which made the files with
 * {@code src/test/goldens/tiny_llama3.py}.
 */
class TinyLlama3Test {
    static final Path FOLDER = Path.of("src/test/resources/tiny-llama3");
    private static final float LOGIT_TOLERANCE = 2e-4f; // of logits up to 24; without scaling they are 3 to 34 away
    private static final double NLL_TOLERANCE = 1e-5;

    @Test
    void tokenizerGivesTheIdsAndTextsOfHuggingFacesLibrary() {
        // Given
        List<JsonNode> cases = SharedData.lines(FOLDER.resolve("goldens.jsonl"));
        try (LoadedModel loaded = LoadedModel.of(FOLDER, new VectorKernels(128))) {
            Tokenizer tokenizer = loaded.files().tokenizer();
            SoftAssertions softly = new SoftAssertions();
            for (JsonNode golden : cases) {
                String text = golden.path("text").asText();

                // When
                int[] ids = tokenizer.encodeWithControlTokens(text);

                // Then
                softly.assertThat(ids).as(text).containsExactly(SharedData.ids(golden.path("ids")));
                softly.assertThat(decoded(tokenizer, ids))
                        .isEqualTo(golden.path("decoded").asText());
            }
            softly.assertAll();
        }
        assertThat(cases).hasSize(40);
    }

    private static String decoded(Tokenizer tokenizer, int[] ids) {
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        StringBuilder text = new StringBuilder();
        IntStream.of(ids).mapToObj(decoder::push).forEach(text::append);
        return text.append(decoder.finish()).toString();
    }

    @Test
    void logitsAndGreedyTextAreThoseOfTransformersInFloat64() {
        // Given
        List<JsonNode> cases = SharedData.lines(FOLDER.resolve("logits.jsonl"));
        try (LoadedModel loaded = LoadedModel.of(FOLDER, new VectorKernels(256))) {
            for (JsonNode golden : cases) {
                int[] prompt = SharedData.ids(golden.path("ids"));
                int[] greedy = SharedData.ids(golden.path("greedy"));

                // When
                float[] logits = loaded.logitsAfter(prompt);
                List<Integer> more = loaded.greedy(prompt, greedy.length, Set.of());

                // Then
                assertThat(logits).containsExactly(floats(golden.path("logits")), within(LOGIT_TOLERANCE));
                assertThat(more).isEqualTo(Arrays.stream(greedy).boxed().toList());
                assertThat(meanNegativeLogLikelihood(loaded, prompt))
                        .isCloseTo(golden.path("mean_nll").doubleValue(), within(NLL_TOLERANCE));
            }
        }
        assertThat(cases).hasSize(4);
    }

    private static double meanNegativeLogLikelihood(LoadedModel loaded, int[] ids) {
        double sum = 0;
        try (LanguageModel.CachedSequence sequence = loaded.model().open(ids.length)) {
            for (int position = 0; position < ids.length - 1; position++) {
                sum += LoadedModel.negativeLogLikelihood(loaded.next(sequence, ids[position]), ids[position + 1]);
            }
        }
        return sum / (ids.length - 1);
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).doubleValue();
        }
        return values;
    }
}
