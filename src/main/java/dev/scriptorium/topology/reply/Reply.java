package dev.scriptorium.topology.reply;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Sends a copy of an answer to the topic that its request named, one edge for each that is allowed. */
public final class Reply extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Places places;
    private final UnaryOperator<String> edgeOf;

    /** @param edgeOf the name of the edge to a topic */
    public Reply(Places places, UnaryOperator<String> edgeOf) {
        this.places = places;
        this.edgeOf = edgeOf;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Headers headers = new RecordHeaders(record.headers());
        String topic = Heads.text(headers, ReplyHeads.TO_TOPIC);
        String partition = Heads.text(headers, ReplyHeads.TO_PARTITION);
        if (topic == null || partition == null) {
            throw new IllegalStateException("a reply came without its address");
        }
        headers.remove(ReplyHeads.TO_TOPIC).remove(ReplyHeads.TO_PARTITION);
        byte[] key = record.key().clone();
        places.choose(key, Integer.parseInt(partition));
        context().forward(new Record<>(key, record.value(), record.timestamp(), headers), edgeOf.apply(topic));
    }

    /** Hands the partition that a request named to the sink, which is called in the same breath with the same key. */
    public static final class Places implements StreamPartitioner<byte[], byte[]> {
        /** By the key itself and not by what it says: two threads may reply to equal ids of two jobs. */
        private final Map<byte[], Integer> chosen = Collections.synchronizedMap(new IdentityHashMap<>());

        void choose(byte[] key, int partition) {
            if (partition >= 0) {
                chosen.put(key, partition);
            }
        }

        @Override
        public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int numPartitions) {
            Integer partition = chosen.remove(key);
            // One that is not there is nobody's; any other is better than no reply.
            return partition == null || partition >= numPartitions ? Optional.empty() : Optional.of(Set.of(partition));
        }
    }
}
