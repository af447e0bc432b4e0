package dev.scriptorium.batch.dataset;

import java.util.Map;

/**
 * Where recipes go and rows come from.
 *
 * @param messageBytesMax of one record
 * @param kafka client properties under Kafka's own names, with bootstrap.servers
 */
public record DatasetTopics(
        String recipes,
        String templates,
        String rows,
        String deadLetters,
        int messageBytesMax,
        Map<String, String> kafka) {
    public DatasetTopics {
        kafka = Map.copyOf(kafka);
    }
}
