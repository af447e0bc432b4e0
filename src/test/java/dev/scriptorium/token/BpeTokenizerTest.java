package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.Seeds;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.SpaceMarking.Prefix;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BpeTokenizerTest {
    private static final BpeTokenizer LLAMA =
            Tokenizers.llama("▁", "a", "b", "c", "s", "<", ">", "/", "ab", "▁a", "bc", "▁ab", "aa", "aaaa", "é");

    private static int id(String piece) {
        for (int id = 0; id < LLAMA.vocabularySize(); id++) {
            if (LLAMA.piece(id).equals(piece)) {
                return id;
            }
        }
        throw new AssertionError("no piece " + piece);
    }

    private static int[] ids(String... pieces) {
        return Arrays.stream(pieces).mapToInt(BpeTokenizerTest::id).toArray();
    }

    @Test
    void mostUrgentPairMergesFirstAndTheLeftmostOfEquals() {
        // When
        int[] ids = LLAMA.encode("abc aaa");

        // Then
        assertThat(ids).isEqualTo(ids("▁ab", "c", "▁a", "aa"));
    }

    @Test
    void characterWithoutAPieceBecomesItsBytes() {
        // When
        int[] ids = LLAMA.encode("aß\n");

        // Then
        assertThat(ids).isEqualTo(ids("▁a", "<0xC3>", "<0x9F>", "<0x0A>"));
    }

    @Test
    void halfASurrogatePairIsTheReplacementCharacter() {
        // When
        int[] ids = LLAMA.encode("a\uD83D");

        // Then
        assertThat(ids).isEqualTo(ids("▁a", "<0xEF>", "<0xBF>", "<0xBD>"));
    }

    @Test
    void spellingOfAControlTokenIsTextUnlessAskedFor() {
        // When
        int[] asText = LLAMA.encode("<s>a</s>");

        // Then
        assertThat(asText).doesNotContain(Tokenizers.BEGIN, Tokenizers.END);
        assertThat(Tokenizers.decode(LLAMA, asText)).isEqualTo("<s>a</s>");
        assertThat(LLAMA.encodeWithControlTokens("<s>a</s>"))
                .containsExactly(Tokenizers.BEGIN, id("▁a"), Tokenizers.END);
    }

    @Test
    void spellingOfAByteIsText() {
        // When
        int[] ids = LLAMA.encode("<0x41>");

        // Then
        assertThat(ids).doesNotContain(Tokenizers.FIRST_BYTE + 0x41);
        assertThat(Tokenizers.decode(LLAMA, ids)).isEqualTo("<0x41>");
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER, false, 'ab c', ab ▁ c",
        "ALWAYS, false, ' ab', ▁ ▁ab",
        "ALWAYS_UNLESS_MARKED, false, ' ab', ▁ab",
        "ALWAYS_UNLESS_MARKED, false, 'ab', ▁ab",
        "ALWAYS_UNLESS_MARKED, true, 'ab  a', ▁ab ▁ ▁a",
        "FIRST_UNLESS_MARKED, true, 'ab', ▁ab",
    })
    void spacesAreMarkedAsTheFileSays(Prefix prefix, boolean splits, String text, String pieces) {
        // Given
        BpeTokenizer tokenizer =
                Tokenizers.of(new SpaceMarking(prefix, splits), List.of("▁", "a", "b", "c", "ab", "▁a", "▁ab"));

        // When
        int[] ids = tokenizer.encode(text);

        // Then
        assertThat(Arrays.stream(ids).mapToObj(tokenizer::piece).toList()).isEqualTo(List.of(pieces.split(" ", -1)));
    }

    @Test
    void onlyTheBeginningOfTheTextIsMarkedWhereTheFileSaysFirst() {
        // Given
        BpeTokenizer tokenizer =
                Tokenizers.of(new SpaceMarking(Prefix.FIRST_UNLESS_MARKED, false), List.of("▁", "a", "b", "▁a"));

        // When
        int[] ids = tokenizer.encodeWithControlTokens("a<s>a");

        // Then
        assertThat(Arrays.stream(ids).mapToObj(tokenizer::piece)).containsExactly("▁a", "<s>", "a");
    }

    @Test
    void addedTokenTakesInTheWhiteSpaceThatItStrips() {
        // Given
        AddedToken tool = new AddedToken("<tool>", Tokenizers.FIRST_PIECE, false, true, true);
        BpeTokenizer tokenizer =
                Tokenizers.of(new SpaceMarking(Prefix.NEVER, false), List.of("<tool>", "a", "b"), List.of(tool));

        // When
        int[] ids = tokenizer.encode("a <tool>\n b");

        // Then
        assertThat(Arrays.stream(ids).mapToObj(tokenizer::piece)).containsExactly("a", "<tool>", "b");
    }

    @Test
    void unknownCharactersFuseWhereThereAreNoBytes() {
        // Given
        Vocabulary vocabulary = new Vocabulary(List.of("<unk>", "a"), List.of(Kind.UNKNOWN, Kind.NORMAL));
        BpeTokenizer tokenizer = new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(
                        vocabulary,
                        MergeTable.ranked(new int[0], new int[0], new int[0]),
                        new BytePairEncoder.Options(true, true, false)),
                new AddedTokens(List.of()),
                new BpeTokenizer.Rules(
                        new SpaceMarking(Prefix.NEVER, false),
                        AddedTokens.NONE,
                        BpeTokenizer.Decoding.BYTE_FALLBACK,
                        false,
                        -1));

        // When
        int[] ids = tokenizer.encode("aßßaß");

        // Then
        assertThat(ids).containsExactly(1, 0, 1, 0);
    }

    @Test
    @Timeout(20)
    void aMegabyteOfOneLetterTakesNoTime() {
        // When
        int[] ids = LLAMA.encode("a".repeat(1 << 20));

        // Then
        assertThat(ids).hasSizeLessThan(1 << 19);
        assertThat(Tokenizers.decode(LLAMA, ids)).hasSize(1 << 20);
    }

    @Test
    @Timeout(20)
    void aMegabyteOfControlTokensTakesNoTime() {
        // When
        int[] ids = LLAMA.encodeWithControlTokens("<s>".repeat(350_000));

        // Then
        assertThat(ids).hasSize(350_000).containsOnly(Tokenizers.BEGIN);
    }

    static LongStream seeds() {
        return Seeds.of(50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void decodingWhatWasEncodedGivesTheTextBack(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        String text = random.ints(200, 0, 4)
                .map(kind -> switch (kind) {
                    case 0 -> "abcs<>/ é".charAt(random.nextInt(9));
                    case 1 -> random.nextInt(0x20, 0x7F);
                    case 2 -> random.nextInt(0x80, 0xD800);
                    default -> random.nextInt(0x10000, 0x110000);
                })
                .filter(codePoint ->
                        codePoint != SpaceMarking.MARK) // a mark in text decodes as the space it stands for
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        // When
        String decoded = Tokenizers.decode(LLAMA, LLAMA.encode(text));

        // Then
        assertThat(decoded).isEqualTo(text);
    }

    @Test
    void decoderHoldsBytesBackUntilTheyAreWholeAndNeverShowsControlTokens() {
        // Given
        Tokenizer.TextDecoder decoder = LLAMA.decoder();

        // When
        List<String> shown = Arrays.stream(ids("▁a", "<s>", "<0xC3>", "</s>", "<0x9F>", "b", "<0xC3>"))
                .mapToObj(decoder::push)
                .toList();

        // Then
        assertThat(shown).containsExactly("a", "", "", "", "", "ßb", "");
        assertThat(decoder.finish()).isEqualTo("\uFFFD");
    }

    @Test
    void continuationKeepsTheSpaceThatPartsItFromTheTextBefore() {
        // Given
        Tokenizer.TextDecoder continuation = LLAMA.continuation();

        // When
        String shown = continuation.push(ids("▁a")[0]);

        // Then
        assertThat(shown).isEqualTo(" a");
    }

    @Test
    void decoderRefusesAnIdThatIsNone() {
        assertThatThrownBy(() -> LLAMA.decoder().push(LLAMA.vocabularySize()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + LLAMA.vocabularySize());
    }
}
