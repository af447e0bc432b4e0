package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommitMetadataTest {
    static LongStream seeds() {
        return Seeds.of(200);
    }

    @Test
    void isTextThatAnOperatorCanRead() {
        // Given
        CommitMetadata metadata = new CommitMetadata(57, new TreeMap<>(Map.of(0L, 2, 3L, 0, 4L, 1)));

        // When
        String text = metadata.format();

        // Then
        assertThat(text).matches("1;57;0x2,3,1x1;[0-9a-f]{8}");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void comesBackAsItWentOut(long seed) {
        // Given
        CommitMetadata metadata = random(new SplittableRandom(seed), 200);

        // When
        CommitMetadata back = CommitMetadata.parse(metadata.format());

        // Then
        assertThat(back).isEqualTo(metadata);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leavesOutTheFarEndWhereItWouldNotFit(long seed) {
        // Given
        CommitMetadata metadata = random(new SplittableRandom(seed), 5000);

        // When
        String text = metadata.format();

        // Then
        CommitMetadata back = CommitMetadata.parse(text);
        assertThat(text.length()).isLessThanOrEqualTo(CommitMetadata.BYTES_MAX);
        assertThat(back.span()).isPositive().isLessThanOrEqualTo(metadata.span());
        assertThat(back.starts()).isEqualTo(metadata.starts().headMap(back.span()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "written by somebody else",
                "2;57;0x2,3,1x1;00000000",
                "1;57;0x2,3,1x1;00000000",
                "1;999999999999999999;;00000000",
                "1;;;;;"
            })
    void ignoresWhatIsNotItsOwn(String text) {
        // When
        CommitMetadata metadata = CommitMetadata.parse(text);

        // Then
        assertThat(metadata).isEqualTo(CommitMetadata.NOTHING);
    }

    @Test
    void ignoresTextThatLostItsTailOrAnyOtherPart() {
        // Given
        String whole = new CommitMetadata(57, new TreeMap<>(Map.of(0L, 2, 3L, 0, 40L, 1))).format();

        for (int from = 0; from < whole.length(); from++) {
            for (int to = from; to <= whole.length(); to++) {
                if (to - from < whole.length()) {
                    // When
                    CommitMetadata metadata = CommitMetadata.parse(whole.substring(from, to));

                    // Then
                    assertThat(metadata).isEqualTo(CommitMetadata.NOTHING);
                }
            }
        }
    }

    private static CommitMetadata random(SplittableRandom random, int unfinishedMax) {
        TreeMap<Long, Integer> starts = new TreeMap<>();
        long at = 0;
        for (int left = random.nextInt(1, unfinishedMax); left > 0; left--) {
            starts.put(at, random.nextInt(4));
            at += random.nextInt(1, 30);
        }
        return new CommitMetadata(at + random.nextInt(1, 100), starts);
    }
}
