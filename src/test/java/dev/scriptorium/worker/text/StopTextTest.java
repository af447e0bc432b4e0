package dev.scriptorium.worker.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StopTextTest {
    static LongStream seeds() {
        return Seeds.of(500);
    }

    @Test
    void cutsBeforeAStopTextThatBeganInAnEarlierPiece() {
        // Given
        StopText text = new StopText(List.of("\n\nUser:"));
        text.push("Once.\n");
        text.push("\nUs");

        // When
        boolean found = text.push("er: and more");

        // Then
        assertThat(found).isTrue();
        assertThat(text.text()).isEqualTo("Once.");
    }

    @Test
    void keepsWhatOnlyLookedLikeAStopText() {
        // Given
        StopText text = new StopText(List.of("END"));

        // When
        boolean found = text.push("EN") | text.push("EN") | text.push("T");

        // Then
        assertThat(found).isFalse();
        assertThat(text.text()).isEqualTo("ENENT");
    }

    @Test
    void takesNothingAfterTheCut() {
        // Given
        StopText text = new StopText(List.of("b"));
        text.push("abc");

        // When
        text.push("def");

        // Then
        assertThat(text.text()).isEqualTo("a");
    }

    /** A letter at a time, all at once or anything between: the cut is that of a plain search. */
    @ParameterizedTest
    @MethodSource("seeds")
    void cutsAtTheSamePlaceWhereverTokensBreak(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        String whole = letters(random, 40);
        List<String> stops = LongStream.range(0, random.nextInt(4))
                .mapToObj(each -> letters(random, random.nextInt(1, 5)))
                .toList();
        StopText text = new StopText(stops);

        // When
        int at = 0;
        while (at < whole.length()) {
            int to = Math.min(whole.length(), at + random.nextInt(6));
            text.push(whole.substring(at, to));
            at = to;
        }

        // Then
        assertThat(text.text()).isEqualTo(expected(whole, stops));
        assertThat(text.found()).isEqualTo(!expected(whole, stops).equals(whole));
    }

    private static String expected(String whole, List<String> stops) {
        for (int end = 1; end <= whole.length(); end++) {
            String head = whole.substring(0, end);
            int longest = stops.stream()
                    .filter(head::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return head.substring(0, end - longest);
            }
        }
        return whole;
    }

    private static String letters(SplittableRandom random, int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ('a' + random.nextInt(3)));
        }
        return letters.toString();
    }
}
