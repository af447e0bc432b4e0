package dev.scriptorium.worker.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.token.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Stop texts against tokens of real tokenizers, one with byte fallback and one of bytes, whose tokens end within words
 * and within characters: what is streamed and what is left in the end is the whole text, cut by a plain search.
 */
class StopAcrossTokensTest {
    private static final List<Tokenizer> TOKENIZERS = List.of(
            Checkpoint.tokenizer(SharedData.SCRIVENER),
            Checkpoint.tokenizer(Path.of("src/test/resources/tiny-llama3/tokenizer.json")));
    private static final String ALPHABET = "abcdefgh ijklm\n.\"éß日本\u0301🖋👩‍🔬";

    static LongStream seeds() {
        return Seeds.of(400);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void streamAndTextAreTheWholeTextCutAtTheFirstStop(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        Tokenizer tokenizer = TOKENIZERS.get(random.nextInt(TOKENIZERS.size()));
        int[] ids = ids(tokenizer, random);
        String whole = whole(tokenizer, ids);
        List<String> stops = stops(whole, random);
        StopText text = new StopText(stops);
        Tokenizer.TextDecoder decoder = tokenizer.continuation();

        // When
        List<String> streamed = new ArrayList<>();
        for (int at = 0; at < ids.length && !text.found(); at++) {
            text.push(decoder.push(ids[at]));
            streamed.add(text.certain());
        }
        text.push(decoder.finish());
        streamed.add(text.text());

        // Then
        assertThat(text.text()).isEqualTo(cut(whole, stops));
        for (int at = 1; at < streamed.size(); at++) {
            assertThat(streamed.get(at)).startsWith(streamed.get(at - 1));
        }
    }

    /** Tokens of a text and, between them, any tokens at all, broken characters among them. */
    private static int[] ids(Tokenizer tokenizer, SplittableRandom random) {
        IntStream.Builder ids = IntStream.builder();
        for (int part = 0; part < 1 + random.nextInt(6); part++) {
            if (random.nextInt(3) == 0) {
                random.ints(random.nextInt(8), 0, tokenizer.vocabularySize()).forEach(ids);
            } else {
                IntStream.of(tokenizer.encode(letters(random, random.nextInt(30))))
                        .forEach(ids);
            }
        }
        return ids.build().toArray();
    }

    private static String letters(SplittableRandom random, int count) {
        int[] alphabet = ALPHABET.codePoints().toArray();
        StringBuilder letters = new StringBuilder();
        random.ints(count, 0, alphabet.length).forEach(at -> letters.appendCodePoint(alphabet[at]));
        return letters.toString();
    }

    private static String whole(Tokenizer tokenizer, int[] ids) {
        Tokenizer.TextDecoder decoder = tokenizer.continuation();
        StringBuilder whole = new StringBuilder();
        IntStream.of(ids).mapToObj(decoder::push).forEach(whole::append);
        return whole.append(decoder.finish()).toString();
    }

    /** Some that are in the text, some that may be. */
    private static List<String> stops(String whole, SplittableRandom random) {
        List<String> stops = new ArrayList<>();
        for (int stop = 0; stop < 1 + random.nextInt(4); stop++) {
            if (whole.isEmpty() || random.nextInt(4) == 0) {
                stops.add(letters(random, 1 + random.nextInt(3)));
            } else {
                int begin = random.nextInt(whole.length());
                stops.add(whole.substring(begin, Math.min(whole.length(), begin + 1 + random.nextInt(9))));
            }
        }
        return stops;
    }

    /** Before the stop text that ends first, and of two that end together the longer. */
    private static String cut(String whole, List<String> stops) {
        int firstEnd = Integer.MAX_VALUE;
        int longest = 0;
        for (String stop : stops) {
            int begin = whole.indexOf(stop);
            int end = begin + stop.length();
            if (begin >= 0 && (end < firstEnd || end == firstEnd && stop.length() > longest)) {
                firstEnd = end;
                longest = stop.length();
            }
        }
        return longest == 0 ? whole : whole.substring(0, firstEnd - longest);
    }
}
