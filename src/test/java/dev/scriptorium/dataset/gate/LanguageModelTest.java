package dev.scriptorium.dataset.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.scriptorium.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanguageModelTest {
    private static final LanguageModel MODEL = LanguageModel.load();
    private static final LanguageDetectorME DETECTOR = new LanguageDetectorME(LanguageModel.file());
    private static final List<String> PARTS = List.of(
            "The river ran down to the sea. ",
            "Der Mond stand über dem Wald, und es war still. ",
            "Le chat dort sur la chaise près du feu. ",
            "Η βροχή έπεφτε όλη τη νύχτα. ",
            "Дождь шёл всю ночь. ",
            "昔々、あるところにおじいさんがいました。",
            "İSTANBUL'DA YAĞMUR YAĞIYORDU. ",
            "see https://example.org/a?b=c or write to me@example.org ",
            "hahahahaha :-) #rain @cloud RT ",
            "12 345,67 \uD83D\uDE00\uD83D\uDE80 ",
            "aaaaaargh   \n\n\t no!!!!! ",
            "\uD800 \u0000 \uFFFF ");

    private static Stream<String> texts() {
        Stream<String> mixed = Seeds.of(40).mapToObj(LanguageModelTest::mixed);
        return Stream.concat(PARTS.stream(), mixed);
    }

    private static String mixed(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        LongStream.range(0, 1 + random.nextInt(8)).forEach(i -> text.append(PARTS.get(random.nextInt(PARTS.size()))));
        return text.substring(0, 1 + random.nextInt(text.length()));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void saysWhatOpenNlpsOwnDetectorSays(String text) {
        // Given
        Language expected = DETECTOR.predictLanguage(text);

        // When
        Language found = MODEL.of(text);

        // Then
        assertThat(found.getLang()).isEqualTo(expected.getLang());
        assertThat(found.getConfidence()).isEqualTo(expected.getConfidence(), within(1e-9));
    }

    @Test
    void knowsAsManyLanguagesAsItsFile() {
        // Then
        assertThat(MODEL.languages()).hasSize(103).contains("eng", "deu", "cmn");
    }
}
