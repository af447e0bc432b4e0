package dev.scriptorium.checkpoint.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Byte-level BPE beside Hugging Face's own library and beside jtokkit, on vocabularies of 50,000 and 100,000 pieces.
 */
class ByteLevelOracleTest {
    private static final int TEXTS = Integer.getInteger("oracle.texts", 3000);
    private static final int RANDOM_IDS = 40;
    private static final int DIFFERENCES_SHOWN_MAX = 10;

    @TempDir
    private Path temp;

    @BeforeAll
    static void keepTheOracleOffline(@TempDir Path cache) {
        System.setProperty("DJL_CACHE_DIR", cache.resolve("djl").toString());
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    enum Steps {
        GPT2,
        SMOLLM,
        LLAMA3
    }

    private Path tokenizerJson(Steps steps) throws IOException {
        return switch (steps) {
            case GPT2 ->
                ByteLevelVocabularies.write(temp, ByteLevelVocabularies.GPT2, ByteLevelVocabularies.gpt2Steps(), false);
            case SMOLLM ->
                ByteLevelVocabularies.write(temp, ByteLevelVocabularies.GPT2, ByteLevelVocabularies.smolSteps(), false);
            case LLAMA3 ->
                ByteLevelVocabularies.write(
                        temp, ByteLevelVocabularies.GPT4, ByteLevelVocabularies.llama3Steps(), true);
        };
    }

    private static HuggingFaceTokenizer oracle(Path file) throws IOException {
        try {
            return HuggingFaceTokenizer.newInstance(file, Map.of("addSpecialTokens", "false", "truncation", "false"));
        } catch (UnsatisfiedLinkError | IllegalStateException e) {
            assumeFalse(true, "Hugging Face's native tokenizers do not load on this machine: " + e.getMessage());
            throw e;
        }
    }

    @ParameterizedTest
    @EnumSource
    void idsAndTextAreTheOnesOfHuggingFace(Steps steps) throws IOException {
        check(tokenizerJson(steps));
    }

    @Test
    void idsAndTextAreTheOnesOfHuggingFaceForTheFileOfTheDeveloper() throws IOException {
        String file = System.getProperty("oracle.tokenizer", "");
        assumeTrue(!file.isEmpty(), "names no tokenizer.json: -Doracle.tokenizer=PATH");
        check(Path.of(file));
    }

    private static void check(Path file) throws IOException {
        // Given
        BpeTokenizer tokenizer = TokenizerJson.read(JsonFile.read(file), null, BeginRule.UNSAID);
        List<String> different = new ArrayList<>();

        // When
        try (HuggingFaceTokenizer oracle = oracle(file)) {
            for (long seed = 0; seed < TEXTS; seed++) {
                String text = RandomTexts.of(seed);
                int[] own = tokenizer.encodeWithControlTokens(text);
                int[] theirs = ints(oracle.encode(text, false, false).getIds());
                compare(different, "seed " + seed + ": " + text, Arrays.toString(own), Arrays.toString(theirs));
                int[] ids = new SplittableRandom(seed)
                        .ints(RANDOM_IDS, 0, tokenizer.vocabularySize())
                        .toArray();
                String decoded = oracle.decode(Arrays.stream(ids).asLongStream().toArray(), true);
                compare(different, "decoded " + Arrays.toString(ids), decode(tokenizer, ids), decoded);
            }
        }

        // Then
        assertThat(different).isEmpty();
    }

    private static void compare(List<String> different, String as, String own, String theirs) {
        if (!own.equals(theirs) && different.size() < DIFFERENCES_SHOWN_MAX) {
            different.add(as + "\nis " + own + "\nbut " + theirs);
        }
    }

    @ParameterizedTest
    @CsvSource({"GPT2, R50K_BASE", "LLAMA3, CL100K_BASE"})
    void idsAreTheOnesOfJtokkit(Steps steps, EncodingType type) throws IOException {
        // Given
        BpeTokenizer tokenizer = TokenizerJson.read(JsonFile.read(tokenizerJson(steps)), null, BeginRule.UNSAID);
        List<String> different = new ArrayList<>();

        // When
        Encoding oracle = Encodings.newLazyEncodingRegistry().getEncoding(type);

        // Then
        for (long seed = 0; seed < TEXTS; seed++) {
            String text = RandomTexts.of(seed);
            String theirs = Arrays.toString(oracle.encodeOrdinary(text).toArray());
            compare(different, "seed " + seed + ": " + text, Arrays.toString(tokenizer.encode(text)), theirs);
        }
        assertThat(different).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void decodingGivesTheTextBackAndStreamsWholeCharacters(Steps steps) throws IOException {
        // Given
        BpeTokenizer tokenizer = TokenizerJson.read(JsonFile.read(tokenizerJson(steps)), null, BeginRule.UNSAID);

        // When
        LongStream seeds = LongStream.range(0, 300);

        // Then
        assertThat(seeds).allSatisfy(seed -> {
            String text = RandomTexts.of(seed);
            assertThat(decode(tokenizer, tokenizer.encode(text))).isEqualTo(text);
        });
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    private static String decode(Tokenizer tokenizer, int[] ids) {
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            String shown = decoder.push(id);
            if (!shown.isEmpty() && Character.isHighSurrogate(shown.charAt(shown.length() - 1))) {
                throw new AssertionError("half a character is shown: " + shown);
            }
            text.append(shown);
        }
        return text.append(decoder.finish()).toString();
    }
}
