package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every broken file is refused in one sentence, quickly; a loader that refused everything would fail the controls. */
class BadModelsTest {
    private static final Duration REFUSAL_MAX = Duration.ofSeconds(2);
    private static final long ALLOCATED_BYTES_MAX = 64L << 20; // the models are of a few kilobytes

    @Test
    @Timeout(60)
    void everyBadModelOfTheManifestIsRefusedInOneSentenceAndTheControlsLoad() {
        // Given
        List<JsonNode> manifest = SharedData.lines(SharedData.path("bad-models/manifest.jsonl"));

        // When
        SoftAssertions softly = new SoftAssertions();
        manifest.forEach(entry -> check(softly, entry));

        // Then
        assertThat(manifest).isNotEmpty();
        softly.assertAll();
    }

    private static void check(SoftAssertions softly, JsonNode entry) {
        String name = entry.path("path").asText();
        String as = name + " (" + entry.path("defect").asText() + ")";
        Path path = SharedData.path("bad-models/" + name);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytesBefore = threads.getCurrentThreadAllocatedBytes();
        long start = threads.getCurrentThreadCpuTime();
        Throwable thrown = catchThrowable(() -> Checkpoint.load(path));
        // Time of the processor: this machine may be busy with something else.
        softly.assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - start))
                .as(as)
                .isLessThan(REFUSAL_MAX);
        softly.assertThat(threads.getCurrentThreadAllocatedBytes() - bytesBefore)
                .as(as)
                .isLessThan(ALLOCATED_BYTES_MAX);
        if (entry.path("expect").asText().equals("load_ok")) {
            softly.assertThat(thrown).as(as).isNull();
        } else {
            softly.assertThat(thrown).as(as).isInstanceOf(CheckpointException.class);
            softly.assertThat(String.valueOf(thrown == null ? null : thrown.getMessage()))
                    .as(as)
                    .contains(path.toString())
                    .doesNotContain("\n")
                    .hasSizeLessThan(400);
            if (Boolean.getBoolean("scriptorium.show")) {
                System.err.println(name + "  ->  " + thrown.getMessage());
            }
        }
    }
}
