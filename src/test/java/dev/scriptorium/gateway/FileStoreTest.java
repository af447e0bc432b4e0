package dev.scriptorium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void whatWasKeptIsThereAfterARestartAndWhatWasNotIsGone() throws IOException {
        // Given
        FileStore before = new FileStore(folder);
        FileStore.Stored kept;
        try (FileStore.Arrival arrival = before.arrive()) {
            arrival.write(new ByteArrayInputStream("one\ntwo\n".getBytes(StandardCharsets.UTF_8)), 100);
            kept = arrival.keep("file-1", "press", "a.jsonl", "batch", NOON);
        }
        before.arrive().write(new ByteArrayInputStream("half".getBytes(StandardCharsets.UTF_8)), 100);

        // When
        FileStore after = new FileStore(folder);

        // Then
        assertThat(after.all()).containsExactly(kept);
        assertThat(after.data(kept)).hasContent("one\ntwo\n");
        assertThat(folder.resolve("arriving")).isEmptyDirectory();
    }

    @Test
    void aFileOverTheLimitLeavesNothingBehind() throws IOException {
        // Given
        FileStore store = new FileStore(folder);

        // When / Then
        try (FileStore.Arrival arrival = store.arrive()) {
            assertThatThrownBy(() -> arrival.write(new ByteArrayInputStream(new byte[101]), 100))
                    .isInstanceOf(HttpProblem.class)
                    .hasMessageContaining("more than 100 bytes");
        }
        assertThat(store.all()).isEmpty();
        assertThat(folder.resolve("arriving")).isEmptyDirectory();
    }
}
