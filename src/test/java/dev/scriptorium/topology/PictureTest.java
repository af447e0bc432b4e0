package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.pipeline.Pipeline;
import java.io.IOException;
import org.apache.kafka.streams.Topology;
import org.junit.jupiter.api.Test;

/** The pictures in {@code topology/} show the topology of {@code topology/pipeline.yaml} as it is. */
class PictureTest {
    @Test
    void descriptionIsThatOfTheShippedPipeline() throws IOException {
        // Given
        Pipeline pipeline = Pipelines.shipped();

        // When
        Topology topology = RequestTopology.build(pipeline, Pipelines.settings(pipeline));

        // Then
        String description = topology.describe().toString();
        assertThat(description).doesNotContainPattern("KSTREAM|KTABLE");
        Golden.check("topology/pipeline.describe.txt", description);
    }

    @Test
    void flowchartIsThatOfTheShippedPipeline() throws IOException {
        // Given
        Pipeline pipeline = Pipelines.shipped();
        Topology topology = RequestTopology.build(pipeline, Pipelines.settings(pipeline));

        // When
        String flowchart = TopologyPicture.mermaid(topology, pipeline);

        // Then
        Golden.check("topology/pipeline.mmd", flowchart);
    }

    @Test
    void topicTableIsThatOfTheShippedPipeline() throws IOException {
        // Given
        Pipeline pipeline = Pipelines.shipped();

        // When
        String table = TopologyPicture.topicTable(pipeline);

        // Then
        Golden.check("topology/topics.md", table);
    }
}
