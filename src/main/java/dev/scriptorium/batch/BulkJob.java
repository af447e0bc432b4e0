package dev.scriptorium.batch;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file of prompts to be answered.
 *
 * @param name the job under which ids are unique
 * @param input the prompts
 * @param output completions go here, one a line, in the order in which they are settled; of a table, its rows with what
 *     was written for them
 * @param errors rejections go here, one a line; of a table they stand in its rows
 * @param form how answers are written
 * @param weightsDigest of the model that this run expects answers of; null if it does not know
 * @param since when the job began; answers before are not its own. Null if it may have begun at any time
 * @param topics where to publish and what to follow
 * @param kafka client properties under Kafka's own names, with bootstrap.servers
 */
public record BulkJob(
        String name,
        PromptFile input,
        Path output,
        Path errors,
        Form form,
        @Nullable String weightsDigest,
        @Nullable Instant since,
        Topics topics,
        Map<String, String> kafka) {
    public BulkJob {
        kafka = Map.copyOf(kafka);
    }

    /** Where completions are collected, a line of JSON each: the output itself, unless that is to be a table. */
    Path answers() {
        return input.isTable() ? output.resolveSibling(output.getFileName() + ".answers.jsonl") : output;
    }

    /** Where rejections are collected likewise; a table has them in a column. */
    Path rejections() {
        return input.isTable() ? output.resolveSibling(output.getFileName() + ".rejections.jsonl") : errors;
    }

    /** How answers are written. */
    public enum Form {
        /** All that is known of them, in the order in which they are settled. */
        FULL,
        /** Only what is a function of the prompts, at the end in the order of the input: equal whenever it is made. */
        STABLE
    }

    /**
     * The public side of a pipeline.
     *
     * @param recordBytesMax a longer line is refused without being sent
     */
    public record Topics(
            String prompts,
            String completions,
            String rejections,
            String deadLetters,
            String jobs,
            String batches,
            String workers,
            String control,
            int recordBytesMax) {}
}
