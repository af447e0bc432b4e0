package dev.scriptorium.gateway;

import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How many prompts wait on each lane, and how fast they go. Safe for several threads; asks Kafka at most every two
 * seconds.
 */
public final class LaneBacklogs implements AutoCloseable {
    private static final Duration FRESH = Duration.ofSeconds(2);
    /** After no answer, nobody waits for the next one so soon. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final long ANSWER_SECONDS_MAX = 5;

    private final Admin admin;
    private final Pipeline pipeline;
    private final InstantSource clock;
    private Instant askedAt = Instant.EPOCH;
    private Instant silentUntil = Instant.EPOCH;
    private Map<String, Long> taken = Map.of();
    private List<Backlog> last = List.of();

    /**
     * @param waiting prompts that no worker has finished; about, because the marks of transactions between them count
     * @param perSecond prompts finished a second, since it was looked at before
     */
    public record Backlog(String lane, String model, String service, long waiting, double perSecond) {}

    public LaneBacklogs(Pipeline pipeline, InstantSource clock) {
        this.admin = Admin.create(new HashMap<>(pipeline.kafka().forAdmin()));
        this.pipeline = pipeline;
        this.clock = clock;
    }

    /** @throws IllegalStateException if Kafka does not say */
    public synchronized List<Backlog> look() {
        Instant now = clock.instant();
        if (now.isBefore(silentUntil)) {
            throw new IllegalStateException("Kafka did not say a moment ago how much waits on the lanes");
        }
        Duration since = Duration.between(askedAt, now);
        if (since.compareTo(FRESH) < 0) {
            return last;
        }
        try {
            Map<String, Long> done = new HashMap<>();
            List<Backlog> backlogs = new ArrayList<>();
            for (Lane lane : pipeline.lanes()) {
                long[] counts = counts(lane);
                done.put(lane.name(), counts[1]);
                Long before = taken.get(lane.name());
                double seconds = since.toMillis() / 1000.0;
                backlogs.add(new Backlog(
                        lane.name(),
                        lane.model(),
                        lane.service().name().toLowerCase(Locale.ROOT),
                        counts[0],
                        before == null ? 0 : Math.max(0, (counts[1] - before) / seconds)));
            }
            taken = done;
            last = List.copyOf(backlogs);
            askedAt = now;
            return last;
        } catch (ExecutionException | TimeoutException e) {
            silentUntil = now.plus(SILENCE);
            throw new IllegalStateException("Kafka does not say how much waits on the lanes: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped", e);
        }
    }

    /** Waiting, and finished so far. */
    private long[] counts(Lane lane) throws InterruptedException, ExecutionException, TimeoutException {
        String topic = lane.topic().name();
        String group = pipeline.name() + "." + lane.model();
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> end = new HashMap<>();
        for (int i = 0; i < lane.topic().partitions(); i++) {
            first.put(new TopicPartition(topic, i), OffsetSpec.earliest());
            end.put(new TopicPartition(topic, i), OffsetSpec.latest());
        }
        var firsts = admin.listOffsets(first).all().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        var ends = admin.listOffsets(end).all().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        long waiting = 0;
        long done = 0;
        for (TopicPartition partition : end.keySet()) {
            OffsetAndMetadata at = committed.get(partition);
            long position = at == null ? offset(firsts, partition) : at.offset();
            // Behind the last record stands the mark of its transaction, which nobody takes.
            waiting += Math.max(0, offset(ends, partition) - position - 1);
            done += position;
        }
        return new long[] {waiting, done};
    }

    private static long offset(Map<TopicPartition, ListOffsetsResultInfo> offsets, TopicPartition partition) {
        ListOffsetsResultInfo info = offsets.get(partition);
        return info == null ? 0 : info.offset();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(ANSWER_SECONDS_MAX));
    }
}
