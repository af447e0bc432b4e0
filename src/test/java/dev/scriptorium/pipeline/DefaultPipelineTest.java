package dev.scriptorium.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The pipeline that a newcomer starts with. */
class DefaultPipelineTest {
    @Test
    void shippedPipelineIsValidAndSaysItsDefaultsAloud() throws IOException {
        // Given
        String shipped = Files.readString(Path.of("topology/pipeline.yaml"));
        String shortest = """
            models:
              scrivener-1m: {path: models/scrivener-1m}
            lanes:
              interactive: {class: interactive}
              bulk: {}
            routes:
              - {name: somebody-waits, when: {priority: interactive}, to: interactive}
              - {name: everything-else, to: bulk}
            """;

        // When
        PipelineReader.Result result = PipelineReader.read(shipped, "topology/pipeline.yaml", Map.of());

        // Then
        assertThat(result)
                .isInstanceOf(PipelineReader.Result.Valid.class)
                .isEqualTo(PipelineReader.read(shortest, "shortest.yaml", Map.of()));
    }
}
