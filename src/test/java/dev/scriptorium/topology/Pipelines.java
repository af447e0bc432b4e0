package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Pipelines for tests of the topology. */
final class Pipelines {
    private Pipelines() {}

    static Pipeline shipped() throws IOException {
        return read(Files.readString(Path.of("topology/pipeline.yaml")));
    }

    /** Small limits, one lane, one route with a condition. */
    static Pipeline tiny() {
        return read("""
            models:
              tiny:
                path: models/tiny
                sampling: {temperature: 0.25, top_k: 3}
            lanes:
              only: {retention: 1h}
            routes:
              - {name: known, when: {tenant: [default, acme-*]}, to: only}
            topics:
              outcomes: {retention: 1h}
              jobs: {format: avro}
            limits: {record_bytes_max: 1KiB, arrival_bytes_max: 4KiB, request_id_retention: 1d}
            """);
    }

    static Pipeline read(String yaml) {
        PipelineReader.Result result = PipelineReader.read(yaml, "pipeline.yaml", Map.of());
        assertThat(result).isInstanceOf(PipelineReader.Result.Valid.class);
        return ((PipelineReader.Result.Valid) result).pipeline();
    }

    static Properties settings(Pipeline pipeline) {
        return settings(pipeline, "");
    }

    /** @param router distinguishes routers that one process has at the same time */
    static Properties settings(Pipeline pipeline, String router) {
        // A folder of this process: one that was killed leaves stores behind that nobody can open.
        Path state = Path.of("target/topology-state", ProcessHandle.current().pid() + router);
        return StreamsSettings.of(pipeline.withBootstrapServers("nowhere:1"), state);
    }
}
