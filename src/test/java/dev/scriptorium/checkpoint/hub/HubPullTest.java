package dev.scriptorium.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.checkpoint.hub.FakeHub.Fault;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that drops connections, sends wrong bytes and redirects, and a client that brings the model all the same. */
@Timeout(60)
class HubPullTest {
    private static final HubRepository TINY = HubRepository.parse("owner/tiny");
    private static final byte[] WEIGHTS = new byte[300_000];

    static {
        new SplittableRandom(1).nextBytes(WEIGHTS);
    }

    private final List<Duration> waits = new ArrayList<>();
    private final List<Long> seen = new ArrayList<>();

    @TempDir
    private Path cache;

    private FakeHub hub;

    @BeforeEach
    void startHub() throws IOException {
        hub = new FakeHub();
        hub.files.put("config.json", "{\"model_type\": \"llama\"}".getBytes(StandardCharsets.UTF_8));
        hub.files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
        hub.files.put("model.safetensors", WEIGHTS);
        hub.files.put("README.md", "read me".getBytes(StandardCharsets.UTF_8));
        hub.files.put("pytorch_model.bin", new byte[10]);
        hub.files.put("gguf/tiny-q8_0.gguf", new byte[200]);
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    private final HubPull.Progress progress = new HubPull.Progress() {
        @Override
        public void begin(long bytesTotal) {
            seen.add(bytesTotal);
        }

        @Override
        public void at(long bytesDone) {
            seen.add(bytesDone);
        }
    };

    private Path pull(@Nullable String file) throws InterruptedException {
        return new HubPull(hub.endpoint(), null, cache, waits::add).pull(TINY, file, progress);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void bringsWhatALlamaNeedsAndNothingElse() throws Exception {
        // When
        Path folder = pull(null);

        // Then
        assertThat(folder).isEqualTo(cache.resolve("owner--tiny").resolve(FakeHub.COMMIT));
        assertThat(names(folder)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(seen.getFirst()).isEqualTo(seen.getLast()).isGreaterThan(WEIGHTS.length);
    }

    @Test
    void bringsOneGgufFile() throws Exception {
        // When
        Path file = pull("gguf/tiny-q8_0.gguf");

        // Then
        assertThat(file.getFileName()).hasToString("tiny-q8_0.gguf");
        assertThat(file).hasSize(200);
    }

    @Test
    void goesOnWhereABrokenConnectionEnded() throws Exception {
        // Given
        hub.files.remove("tokenizer.json");
        hub.faults.addAll(List.of(Fault.NONE, Fault.CUT_OFF, Fault.SERVER_ERROR, Fault.CUT_OFF));

        // When
        Path folder = pull(null);

        // Then
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(hub.requests).anyMatch(request -> request.contains("bytes=150000-"));
        assertThat(hub.requests).anyMatch(request -> request.contains("bytes=225000-"));
        assertThat(waits).hasSize(3);
    }

    @Test
    void startsTheFileAgainWhereTheServerKnowsNoRanges() throws Exception {
        // Given
        hub.files.remove("tokenizer.json");
        hub.faults.addAll(List.of(Fault.NONE, Fault.CUT_OFF, Fault.IGNORES_RANGE));

        // When
        Path folder = pull(null);

        // Then
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aSecondPullAsksOnlyForTheListing() throws Exception {
        // Given
        pull(null);
        hub.requests.clear();

        // When
        pull(null);

        // Then
        assertThat(hub.requests).hasSize(1);
    }

    @Test
    void aStoppedPullGoesOnTheNextTime() throws Exception {
        // Given
        HubPull stopped = new HubPull(hub.endpoint(), null, cache, waits::add);
        assertThatThrownBy(() -> stopped.pull(TINY, null, new HubPull.Progress() {
                    @Override
                    public void begin(long bytesTotal) {}

                    @Override
                    public void at(long bytesDone) {
                        if (bytesDone > 100_000) {
                            throw new CancellationException("stopped");
                        }
                    }
                }))
                .isInstanceOf(CancellationException.class);
        Path folder = cache.resolve("owner--tiny").resolve(FakeHub.COMMIT);
        assertThat(names(folder)).contains("model.safetensors.part").doesNotContain("model.safetensors");
        hub.requests.clear();

        // When
        pull(null);

        // Then
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(names(folder)).doesNotContain("model.safetensors.part");
        assertThat(hub.requests).anyMatch(request -> request.contains("model.safetensors bytes="));
    }

    @Test
    void loadsAFileWithWrongBytesOnceMore() throws Exception {
        // Given
        hub.files.remove("tokenizer.json");
        hub.faults.addAll(List.of(Fault.NONE, Fault.WRONG_BYTES));

        // When
        Path folder = pull(null);

        // Then
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "model.safetensors"})
    void keepsNoFileWhoseBytesStayWrong(String victim) throws Exception {
        // Given
        hub.files.keySet().removeIf(name -> name.equals("tokenizer.json"));
        hub.faults.addAll(
                victim.equals("config.json")
                        ? List.of(Fault.WRONG_BYTES, Fault.WRONG_BYTES)
                        : List.of(Fault.NONE, Fault.WRONG_BYTES, Fault.WRONG_BYTES));

        // Then
        assertThatThrownBy(() -> pull(null))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("owner/tiny@main " + victim + " has the SHA-")
                .hasMessageContaining("but the hub says");
        Path folder = cache.resolve("owner--tiny").resolve(FakeHub.COMMIT);
        assertThat(names(folder)).doesNotContain(victim, victim + ".part");
    }

    @Test
    void aFileThatDoesNotEndIsRefused() {
        // Given
        hub.faults.addAll(Collections.nCopies(10, Fault.TOO_LONG));

        // Then
        assertThatThrownBy(() -> pull(null))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("is longer than the hub says");
    }

    @Test
    void givesUpAfterSixFailuresWithoutProgress() {
        // Given
        hub.faults.addAll(Collections.nCopies(100, Fault.SERVER_ERROR));

        // Then
        assertThatThrownBy(() -> pull(null))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("in 6 tries: status 503")
                .hasMessageContaining("the same command goes on");
        assertThat(waits).hasSize(5).isSorted();
    }

    @Test
    void theTokenGoesToTheHubAndNotToWhereItRedirects() throws Exception {
        // Given
        hub.require("secret");
        try (FakeHub store = new FakeHub()) {
            store.files.putAll(hub.files);
            hub.redirectTo(store.endpoint());

            // When
            new HubPull(hub.endpoint(), "secret", cache, waits::add).pull(TINY, null, progress);

            // Then
            assertThat(hub.requests).allMatch(request -> request.endsWith("Bearer secret"));
            assertThat(store.requests).hasSize(3).allMatch(request -> request.endsWith(" null"));
        }
    }

    @Test
    void aModelThatNeedsATokenSaysSo() {
        // Given
        hub.require("secret");

        // Then
        assertThatThrownBy(() -> pull(null))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("status 401")
                .hasMessageContaining("HF_TOKEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../etc/passwd.gguf", "a/..", ".hidden.gguf", "a/b\\..\\c.gguf", "x/.ssh", "nul\u0000.gguf"})
    void noNameFromTheServerLeadsOutOfTheFolder(String name) throws Exception {
        // Given
        hub.files.put(name, new byte[3]);

        // Then
        assertThatThrownBy(() -> pull(name)).isInstanceOf(HubException.class);
        assertThat(hub.requests).hasSize(1);
    }

    @Test
    void filesOfOtherNamesAreChosenByNoServer() throws Exception {
        // Given
        hub.files.put("model-00001-of-00002.safetensors/../../x", new byte[3]);
        hub.files.put("../model.safetensors", new byte[3]);

        // When
        Path folder = pull(null);

        // Then
        assertThat(names(folder)).containsExactly("config.json", "model.safetensors", "tokenizer.json");
        assertThat(names(cache)).containsExactly("owner--tiny");
    }

    @Test
    void aModelWithoutSafetensorsNamesItsGgufFiles() {
        // Given
        hub.files.remove("model.safetensors");

        // Then
        assertThatThrownBy(() -> pull(null))
                .hasMessageContaining("choose one of its GGUF files with --file: gguf/tiny-q8_0.gguf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tiny", "owner/", "/tiny", "owner/tiny/x", "../tiny", "owner/..", "owner/tiny@", "o/t@../x"})
    void whatIsNoModelOfAHubIsRefused(String text) {
        assertThatThrownBy(() -> HubRepository.parse(text)).isInstanceOf(HubException.class);
    }

    @Test
    void anAddressWithoutEncryptionIsRefused() {
        assertThatThrownBy(() -> new HubPull(URI.create("http://mirror.example"), "secret", cache, waits::add))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("https://");
    }
}
