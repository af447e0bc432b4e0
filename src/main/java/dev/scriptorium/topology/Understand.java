package dev.scriptorium.topology;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.wire.ControlDecoder;
import dev.scriptorium.wire.ControlDecoder.Control;
import dev.scriptorium.wire.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Reads what users say on the control topic, and puts aside what nobody understands. */
final class Understand extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final ControlDecoder decoder;
    private final EventCodec codec = new EventCodec();

    Understand(int recordBytesMax) {
        this.decoder = new ControlDecoder(recordBytesMax);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
        switch (decoder.decode(record.value(), Instant.ofEpochMilli(record.timestamp()))) {
            case Control.Cancel(var cancellation) ->
                context().forward(record(cancellation, codec, now), Names.CANCELLED);
            case Control.Unreadable(var reason) -> {
                Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
                context()
                        .forward(
                                origin.deadLetter(record.value(), record.headers(), reason, null, now.toEpochMilli()),
                                Names.MISUNDERSTOOD);
            }
        }
    }

    /** A cancellation on its way to workers and to the tasks of the router. */
    static Record<byte[], byte[]> record(Cancellation cancellation, EventCodec codec, Instant now) {
        byte[] key = cancellation.target().key().getBytes(StandardCharsets.UTF_8);
        return new Record<>(key, codec.encode(cancellation), now.toEpochMilli(), RecordHeads.none());
    }

    /** Sends what is about one request to the task that has it, and what is about many to all tasks. */
    static final class ToTasks implements StreamPartitioner<byte[], byte[]> {
        private final EventCodec codec = new EventCodec();

        @Override
        public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int numPartitions) {
            return switch (codec.cancellation(value).target()) {
                case Cancellation.Target.OfRequest(var request) -> {
                    // As Kafka's own clients do it, because outcomes come with the same key.
                    byte[] id = request.key().getBytes(StandardCharsets.UTF_8);
                    yield Optional.of(Set.of(Utils.toPositive(Utils.murmur2(id)) % numPartitions));
                }
                case Cancellation.Target.OfJob _, Cancellation.Target.OfTenant _ ->
                    Optional.of(IntStream.range(0, numPartitions).boxed().collect(Collectors.toSet()));
            };
        }
    }
}
