package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Utf8StreamTest {
    /** Expectations of Rust's from_utf8_lossy and of the Encoding standard. */
    @ParameterizedTest
    @CsvSource({
        "41C3A942, AéB, ''",
        "E282, '', �",
        "E28241, '�A', ''",
        "EDA080, '���', ''",
        "C080, '��', ''",
        "F09F9880, 😀, ''",
        "F09F98F09F9880, �😀, ''",
        "F4908080, '����', ''",
        "FF, �, ''",
        "E0809F, '���', ''"
    })
    void whatIsNoUtf8BecomesOneReplacementAMaximalSubpart(String hex, String pushed, String finished) {
        // Given
        Utf8Stream stream = new Utf8Stream();

        // When
        String text = stream.push(HexFormat.of().parseHex(hex));

        // Then
        assertThat(text).isEqualTo(pushed);
        assertThat(stream.finish()).isEqualTo(finished == null ? "" : finished);
    }

    static LongStream seeds() {
        return Seeds.of(50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void piecesOfAnySizeGiveTheTextOfTheWhole(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        String text = random.ints(100, 0, 0x10F800)
                .map(value -> value < 0xD800 ? value : value + 0x800)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Utf8Stream stream = new Utf8Stream();
        StringBuilder shown = new StringBuilder();

        // When
        for (byte value : bytes) {
            shown.append(stream.push(new byte[] {value}));
        }

        // Then
        assertThat(shown.append(stream.finish())).hasToString(text);
    }
}
