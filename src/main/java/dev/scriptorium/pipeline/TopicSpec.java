package dev.scriptorium.pipeline;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A topic as the pipeline declares it: enough to create it and to check one that is there.
 *
 * @param name with the pipeline's prefix
 * @param partitions at least 1
 * @param replication copies of each partition; {@link #BROKER_DEFAULT} leaves the number to the broker
 * @param configs topic settings under Kafka's own names, sorted
 */
public record TopicSpec(String name, int partitions, int replication, Map<String, String> configs) {
    /** What Kafka itself takes for "as many as the broker is set to". */
    public static final int BROKER_DEFAULT = -1;

    public TopicSpec {
        configs = Collections.unmodifiableMap(new TreeMap<>(configs));
    }
}
