package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.worker.text.StopText;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PiecesTest {
    static LongStream seeds() {
        return Seeds.of(200);
    }

    private static List<TokenChunk> write(List<String> tokens, StopText text) {
        Pieces pieces = new Pieces(Desk.prompt("1", "x"), 0);
        List<TokenChunk> told = new ArrayList<>();
        int count = 0;
        for (String token : tokens) {
            count++;
            if (text.push(token)) {
                break;
            }
            TokenChunk piece = pieces.after(count, text);
            if (piece != null) {
                told.add(piece);
            }
        }
        told.add(pieces.last(count, text, FinishReason.STOP));
        return told;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void piecesPutTogetherAreTheTextWhateverStopsIt(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        List<String> alphabet = List.of("a", "b", "ab", "", "ba", "\ud83d\udc08", "aab");
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < random.nextInt(200); i++) {
            tokens.add(alphabet.get(random.nextInt(alphabet.size())));
        }
        List<String> stops = random.nextBoolean() ? List.of("abab" + "b", "aaaa") : List.of("\ud83d\udc08\ud83d\udc08");
        StopText text = new StopText(stops);

        // When
        List<TokenChunk> told = write(tokens, text);

        // Then
        StringBuilder read = new StringBuilder();
        int next = 0;
        for (TokenChunk piece : told) {
            assertThat(piece.index()).isEqualTo(next);
            next = piece.next();
            read.append(piece.text());
        }
        assertThat(read).hasToString(text.text());
        assertThat(told.getLast().isLast()).isTrue();
        assertThat(told.subList(0, told.size() - 1)).noneMatch(TokenChunk::isLast);
    }

    @Test
    void grow() {
        // Given
        List<String> tokens = java.util.Collections.nCopies(300, "x");

        // When
        List<TokenChunk> told = write(tokens, new StopText(List.of()));

        // Then
        assertThat(told).extracting(TokenChunk::tokens).containsExactly(1, 2, 4, 8, 16, 32, 64, 64, 64, 45);
    }

    @Test
    void holdBackWhatAStopTextMayStillTakeBack() {
        // Given
        List<String> tokens = List.of("The", " En", "d", " of");

        // When
        List<TokenChunk> told = write(tokens, new StopText(List.of(" End.")));

        // Then
        assertThat(told).extracting(TokenChunk::text).containsExactly("The", "", " End of");
    }
}
