package dev.scriptorium.node.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.node.models.MemoryCheck.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCheckTest {
    private static final long MEBIBYTE = 1 << 20;

    private static MemoryCheck check(long heapFreeMebibytes) {
        return new MemoryCheck(
                1000 * MEBIBYTE,
                200 * MEBIBYTE,
                2048,
                new Machine(heapFreeMebibytes * MEBIBYTE, 2000 * MEBIBYTE, 4000 * MEBIBYTE, 3000 * MEBIBYTE));
    }

    @Test
    void weightsOneContextAndAReserveMustFitTheFreeHeap() {
        assertThat(check(1584).fits()).isTrue();
        assertThat(check(1583).fits()).isFalse();
    }

    @Test
    void refusesWithBothNumbersAndWhatToDo() {
        assertThatThrownBy(() -> check(1500).require("cosmo"))
                .hasMessageContaining("model 'cosmo' does not fit: it needs 1,584 MiB: weights 1,000 MiB")
                .hasMessageContaining("heap of 2,000 MiB with 1,500 MiB free")
                .hasMessageContaining("container limit 3,000 MiB")
                .hasMessageContaining("-Xmx2084m");
    }

    @Test
    void readsTheLimitOfEitherVersionOfControlGroups(@TempDir Path folder) throws IOException {
        // Given
        Path second = Files.writeString(folder.resolve("memory.max"), "max\n");
        Path first = Files.writeString(folder.resolve("limit_in_bytes"), "2147483648\n");
        Path none = Files.writeString(folder.resolve("none"), "9223372036854771712\n");

        // When
        Long limit = Machine.limit(List.of(second, first));

        // Then
        assertThat(limit).isEqualTo(2048 * MEBIBYTE);
        assertThat(Machine.limit(List.of(second, none, folder.resolve("missing"))))
                .isNull();
    }
}
