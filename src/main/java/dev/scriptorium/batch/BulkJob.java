package dev.scriptorium.batch;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file of prompts to be answered.
 *
 * @param name the job under which ids are unique
 * @param input one prompt a line
 * @param output completions go here, one a line, in the order in which they are settled
 * @param errors rejections go here, one a line
 * @param weightsDigest of the model that this run expects answers of; null if it does not know
 * @param topics where to publish and what to follow
 * @param kafka client properties under Kafka's own names, with bootstrap.servers
 */
public record BulkJob(
        String name,
        Path input,
        Path output,
        Path errors,
        @Nullable String weightsDigest,
        Topics topics,
        Map<String, String> kafka) {
    public BulkJob {
        kafka = Map.copyOf(kafka);
    }

    /**
     * The public side of a pipeline.
     *
     * @param recordBytesMax a longer line is refused without being sent
     */
    public record Topics(
            String prompts, String completions, String rejections, String deadLetters, int recordBytesMax) {}
}
