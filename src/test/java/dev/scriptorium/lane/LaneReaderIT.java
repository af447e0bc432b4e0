package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.broker.RunningKafka;
import dev.scriptorium.broker.RunningKafkaExtension;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.worker.Intake;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafkaExtension.class)
@Timeout(120)
class LaneReaderIT {
    private static final int PARTITIONS = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** A worker that ends what it has on a thread of its own, until it is told to stop. */
    private static final class Scribe implements Intake, AutoCloseable {
        private final int room;
        private final int endsMax;
        private final AtomicInteger held = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
        private final Thread thread = Thread.ofPlatform().daemon(true).unstarted(this::run);
        /** Where the reader gets stuck once {@code roundsToTrap} is down to zero. */
        private final CountDownLatch trap = new CountDownLatch(1);

        private final AtomicInteger roundsToTrap = new AtomicInteger(Integer.MAX_VALUE);

        private Scribe(int room, int endsMax) {
            this.room = room;
            this.endsMax = endsMax;
            thread.start();
        }

        @Override
        public boolean offer(Assignment assignment, Listener listener) {
            held.incrementAndGet();
            work.add(() -> listener.ended(Rejection.of(
                    assignment.prompt(), ErrorCode.TEMPLATE_ERROR, "attempt " + assignment.attempt(), null, now())));
            return true;
        }

        @Override
        public long tokensFree() {
            if (roundsToTrap.decrementAndGet() <= 0) {
                awaitForEver(trap);
            }
            return (long) room - held.get();
        }

        @Override
        public long tokensOf(Assignment assignment) {
            return 1;
        }

        private void run() {
            try {
                while (ends.get() < endsMax) {
                    Runnable next = work.take();
                    held.decrementAndGet();
                    ends.incrementAndGet();
                    next.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    @Test
    void finishesEverythingOnceWhenItIsClosedInTheMiddleAndStartedAgain(RunningKafka kafka) throws Exception {
        // Given
        LaneSettings settings = prepare(kafka, "close", 300, Map.of());
        try (Scribe half = new Scribe(20, 130);
                LaneReader first = reader(settings, half)) {
            first.start();
            await(() -> half.ends.get() == 130 && first.counts().published() == 130);
        }

        // When
        Map<String, Integer> outcomes;
        try (Scribe rest = new Scribe(20, Integer.MAX_VALUE);
                LaneReader second = reader(settings, rest)) {
            second.start();
            await(() -> rest.ends.get() >= 170 && second.counts().published() >= 170);
            outcomes = outcomes(kafka, settings, 300);
        }

        // Then
        assertThat(outcomes)
                .hasSize(300)
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(1));
    }

    /** A process that is killed says no goodbye; neither does a reader whose thread never comes back. */
    @Test
    void takesOverFromAReaderThatNeverComesBack(RunningKafka kafka) throws Exception {
        // Given
        LaneSettings settings = prepare(kafka, "hang", 200, Map.of("max.poll.interval.ms", "3000"));
        Scribe dying = new Scribe(10, 70);
        LaneReader stuck = reader(settings, dying);
        stuck.start();
        await(() -> stuck.counts().published() == 70 && dying.held.get() == 10);
        // More than enough rounds for a commit, which comes every 200 ms.
        dying.roundsToTrap.set(50);
        await(() -> dying.roundsToTrap.get() <= 0);

        // When
        Map<String, Integer> outcomes;
        try (Scribe heir = new Scribe(10, Integer.MAX_VALUE);
                LaneReader second = reader(settings, heir)) {
            second.start();
            outcomes = outcomes(kafka, settings, 200);
            // What was under way is done again, and nothing that was finished.
            assertThat(heir.ends.get()).isEqualTo(130);
        }
        dying.trap.countDown();
        dying.close();
        stuck.close();

        // Then
        assertThat(outcomes)
                .hasSize(200)
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(1));
    }

    @Test
    void sharesTheLanesWithAnotherReader(RunningKafka kafka) throws Exception {
        // Given
        LaneSettings settings = prepare(kafka, "share", 400, Map.of());
        try (Scribe one = new Scribe(4, Integer.MAX_VALUE);
                Scribe two = new Scribe(4, Integer.MAX_VALUE);
                LaneReader first = reader(settings, one);
                LaneReader second = reader(settings, two)) {

            // When
            first.start();
            second.start();
            produce(kafka, settings, 400, 1200);
            Map<String, Integer> outcomes = outcomes(kafka, settings, 1200);

            // Then
            assertThat(outcomes).hasSize(1200);
            await(() -> one.ends.get() + two.ends.get() >= 1200);
        }
    }

    private static LaneReader reader(LaneSettings settings, Intake intake) {
        return new LaneReader(settings, intake, InstantSource.system(), cause -> {
            throw new AssertionError("the lane reader must not die", cause);
        });
    }

    private static LaneSettings prepare(RunningKafka kafka, String name, int prompts, Map<String, String> more)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic("lane-it-" + name, PARTITIONS, (short) 1),
                            new NewTopic("outcomes-it-" + name, 4, (short) 1)))
                    .all()
                    .get();
        }
        Map<String, String> properties = new HashMap<>(more);
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        LaneSettings settings = new LaneSettings(
                "workers-it-" + name,
                List.of(new LaneSettings.Lane("lane-it-" + name, 1)),
                "outcomes-it-" + name,
                "dead-letters-it-" + name,
                "tokens-it-" + name,
                "cancellations-it-" + name,
                properties,
                AnswerFrame.NONE,
                LaneLimits.DEFAULT);
        produce(kafka, settings, 0, prompts);
        return settings;
    }

    private static void produce(RunningKafka kafka, LaneSettings settings, int from, int to) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.in.flight.requests.per.connection", "1"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            String lane = settings.lanes().getFirst().topic();
            for (int i : IntStream.range(from, to).toArray()) {
                var sent = producer.send(
                        new ProducerRecord<>(lane, "job/" + i, Hall.CODEC.encode(Hall.assignment("p" + i))));
                if (i == to - 1) {
                    producer.flush();
                    sent.get();
                }
            }
        }
    }

    /** How often each id has an outcome, read until there are that many ids. */
    private static Map<String, Integer> outcomes(RunningKafka kafka, LaneSettings settings, int ids) {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "group.id",
                "reader-of-" + settings.outcomesTopic(),
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(Set.of(settings.outcomesTopic()));
            Instant deadline = now().plus(PATIENCE);
            while (counts.size() < ids && now().isBefore(deadline)) {
                List<Outcome> read = new ArrayList<>();
                consumer.poll(Duration.ofMillis(200)).forEach(each -> read.add(Hall.outcome(each.value())));
                read.forEach(outcome -> counts.merge(outcome.request().id(), 1, Integer::sum));
            }
        }
        return counts;
    }

    private static void await(BooleanSupplier condition) {
        Instant deadline = now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(now()).as("waited long enough").isBefore(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void awaitForEver(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Instant now() {
        return InstantSource.system().instant();
    }
}
