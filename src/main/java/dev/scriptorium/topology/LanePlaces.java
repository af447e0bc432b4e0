package dev.scriptorium.topology;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Hands the partition that was chosen for a prompt to the sink that sends it, which is called in the same breath. All
 * threads share it, each with prompts of its own.
 */
final class LanePlaces implements StreamPartitioner<byte[], byte[]> {
    private final Map<String, Integer> chosen = new ConcurrentHashMap<>();

    void choose(String request, int partition) {
        chosen.put(request, partition);
    }

    @Override
    public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int numPartitions) {
        Integer partition = chosen.remove(new String(key, StandardCharsets.UTF_8));
        // A topic may have other partitions than it was declared with; any is better than none.
        return partition == null ? Optional.empty() : Optional.of(Set.of(partition % numPartitions));
    }
}
