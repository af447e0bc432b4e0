package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much work a text makes, counted and not timed. */
class BytePairEncoderTest {
    private static final int CHARACTERS = 1 << 20;
    private static final int PROPOSALS_PER_CHARACTER_MAX = 3;

    @ParameterizedTest
    @ValueSource(strings = {"one letter", "one space", "random", "alternating"})
    void aMegabyteOfAnythingLooksAtThreeMergesACharacterAtMost(String kind) {
        // Given
        Vocabulary vocabulary = Tokenizers.vocabulary(pieces());
        float[] scores = new float[vocabulary.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = -id;
        }
        BytePairEncoder encoder = new BytePairEncoder(
                vocabulary, MergeTable.scored(vocabulary, scores), new BytePairEncoder.Options(true, true, false));
        SplittableRandom random = new SplittableRandom(1);
        String text = switch (kind) {
            case "one letter" -> "a".repeat(CHARACTERS);
            case "one space" -> "▁".repeat(CHARACTERS);
            case "alternating" -> "ab".repeat(CHARACTERS / 2);
            default ->
                random.ints(CHARACTERS, 0, 3)
                        .mapToObj(letter -> "ab▁".substring(letter, letter + 1))
                        .collect(java.util.stream.Collectors.joining());
        };
        IntStream.Builder ids = IntStream.builder();

        // When
        int proposals = encoder.encode(text, ids);

        // Then
        assertThat(proposals).isBetween(1, PROPOSALS_PER_CHARACTER_MAX * CHARACTERS);
        assertThat(ids.build().map(id -> vocabulary.piece(id).length()).sum()).isEqualTo(CHARACTERS);
    }

    /** Every text of a, b and a mark, up to eight letters of one kind: nearly everything merges. */
    private static List<String> pieces() {
        List<String> pieces = new ArrayList<>();
        for (String unit : List.of("a", "b", "▁", "ab", "ba")) {
            for (int times = 1; times <= 1 << 10; times *= 2) {
                pieces.add(unit.repeat(times));
            }
        }
        return pieces;
    }
}
