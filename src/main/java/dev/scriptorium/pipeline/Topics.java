package dev.scriptorium.pipeline;

import java.util.List;

/**
 * The topics that every pipeline has; those of the lanes are in {@link Lane#topic()}, and {@link Pipeline#allTopics()}
 * has all of them.
 *
 * @param prompts what users send: JSON or Avro
 * @param control what users send about requests they sent before: JSON or Avro
 * @param cancellations what the router tells all workers not to write any more; internal format, one partition
 * @param tokens pieces of texts on their way, keyed by the user's id
 * @param quotas what is charged to tenants with a quota and given back, keyed by tenant; internal format
 * @param outcomes what workers answer, keyed by request; internal format
 * @param completions finished text, keyed by the user's id
 * @param completionFormat how completions are written
 * @param rejections requests that ended without text, keyed by the user's id
 * @param rejectionFormat how rejections are written
 * @param deadLetters records without a readable id or in conflict with an id already taken, bytes untouched
 * @param jobs the latest tally of each job, keyed by job, compacted
 * @param jobFormat how tallies are written; {@link AnswerStyle#AS_PROMPT} is not allowed here
 * @param recipes datasets to be made, in parts, keyed by job
 * @param templates of prompts, keyed by their versions, compacted
 * @param rows of datasets, in their order, keyed by job
 * @param batches the latest state of each submitted file of requests, keyed by job, compacted
 * @param workers the latest status of each worker, keyed by its name, compacted and kept for a short time only
 */
public record Topics(
        TopicSpec prompts,
        TopicSpec control,
        TopicSpec cancellations,
        TopicSpec tokens,
        TopicSpec quotas,
        TopicSpec outcomes,
        TopicSpec completions,
        AnswerStyle completionFormat,
        TopicSpec rejections,
        AnswerStyle rejectionFormat,
        TopicSpec deadLetters,
        TopicSpec jobs,
        AnswerStyle jobFormat,
        TopicSpec recipes,
        TopicSpec templates,
        TopicSpec rows,
        TopicSpec batches,
        TopicSpec workers) {
    /** How answers are written for users. */
    public enum AnswerStyle {
        /** In the format the prompt came in. */
        AS_PROMPT,
        /** Always JSON. */
        JSON,
        /** Always Avro single-object encoding. */
        AVRO
    }

    /** In the order of the way of a prompt. */
    public List<TopicSpec> all() {
        return List.of(
                prompts,
                control,
                cancellations,
                tokens,
                quotas,
                outcomes,
                completions,
                rejections,
                deadLetters,
                jobs,
                recipes,
                templates,
                rows,
                batches,
                workers);
    }
}
