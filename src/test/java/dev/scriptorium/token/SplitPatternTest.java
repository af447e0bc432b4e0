package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.token.SplitPattern.Behavior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitPatternTest {
    private static final String LLAMA3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    @ParameterizedTest
    @CsvSource({
        "REMOVED, false, the|final|countdown",
        "ISOLATED, false, the|-|final|-|-|countdown",
        "MERGED_WITH_PREVIOUS, false, the-|final-|-|countdown",
        "MERGED_WITH_NEXT, false, the|-final|-|-countdown",
        "CONTIGUOUS, false, the|-|final|--|countdown",
        "REMOVED, true, -|-|-",
    })
    void matchesGoWhereTheBehaviorSays(Behavior behavior, boolean inverted, String parts) {
        // Given
        SplitPattern pattern = SplitPattern.literal("-", behavior, inverted);

        // When
        String joined = String.join("|", pattern.split("the-final--countdown"));

        // Then
        assertThat(joined).isEqualTo(parts);
    }

    @Test
    void patternOfGpt2CutsAsGpt2Does() {
        // Given
        SplitPattern pattern = SplitPattern.regex(SplitPattern.GPT2, Behavior.ISOLATED, false);

        // When
        String joined = String.join("|", pattern.split("I've  2 new cats'll, naïve?!  \n\n x\u00A0y "));

        // Then
        assertThat(joined).isEqualTo("I|'ve| | 2| new| cats|'ll|,| naïve|?!|  \n\n| x|\u00A0|y| ");
    }

    @Test
    void patternOfLlama3CutsAsLlama3Does() {
        // Given
        SplitPattern pattern = SplitPattern.regex(LLAMA3, Behavior.ISOLATED, false);

        // When
        String joined = String.join("|", pattern.split("I'VE 12345 (cats)\n\n  and"));

        // Then
        assertThat(joined).isEqualTo("I|'VE| |123|45| (|cats|)\n\n| | and");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b", "(a|b)*c", "(a){2,}", "(a)\\1", "\\k<x>", "(", "", "a{2"})
    void patternThatMayRunAwayOrMeansNothingIsRefused(String regex) {
        assertThatThrownBy(() -> SplitPattern.regex(regex, Behavior.ISOLATED, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pattern");
    }

    @Test
    @Timeout(20)
    void patternThatTakesTheSquareOfTheTextIsStopped() {
        // Given
        SplitPattern pattern = SplitPattern.regex("a*a*a*b", Behavior.ISOLATED, false);

        // Then
        assertThatThrownBy(() -> pattern.split("a".repeat(1 << 20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("steps on a text of 1048576 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "1", "\n", "'", "<", "é", " a", "\r\n ", "  \n"})
    @Timeout(20)
    void aMegabyteOfAnythingTakesFewSteps(String unit) {
        // Given
        String text = unit.repeat((1 << 20) / unit.length());

        // When
        int characters = SplitPattern.regex(LLAMA3, Behavior.ISOLATED, false).split(text).stream()
                        .mapToInt(String::length)
                        .sum()
                + SplitPattern.regex(SplitPattern.GPT2, Behavior.ISOLATED, false).split(text).stream()
                        .mapToInt(String::length)
                        .sum();

        // Then
        assertThat(characters).isEqualTo(2 * text.length());
    }
}
