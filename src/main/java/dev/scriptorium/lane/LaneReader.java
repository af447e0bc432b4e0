package dev.scriptorium.lane;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.UndecodableException;
import dev.scriptorium.worker.Intake;
import dev.scriptorium.worker.Worker.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes prompts from lane topics, hands them to a worker, publishes outcomes, and acknowledges a prompt when its
 * outcome is durable.
 *
 * <p>One thread, {@code lane-reader}, owns all connections; the worker's and the producer's callbacks only queue. Life:
 * constructor, {@link #start}, {@link #close}; close it before the worker.
 *
 * <p>A start is on the broker before the worker sees the prompt, so a prompt that takes its worker down is known as
 * such afterwards. One that was started twice without an end gets the worker for itself, so that only it can be blamed
 * when the worker dies again; one that was started {@code startsMax} times is rejected. An orderly close or rebalance
 * takes the starts back.
 */
public final class LaneReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaneReader.class);
    /** How late a cancellation may be heard; what the worker says ends the wait. */
    private static final Duration WAIT_WHILE_BUSY = Duration.ofMillis(50);

    private static final Duration WAIT_WHILE_IDLE = Duration.ofMillis(250);
    private static final Duration WAIT_FOR_HANDOVER = Duration.ofMillis(10);
    private static final int BATCH_RECORDS_MAX = 64;
    private static final int ALONE_FROM_STARTS = 2;

    private final LaneSettings settings;
    private final LaneClients clients;
    private final EventCodec codec;
    private final Intake intake;
    private final InstantSource clock;
    private final Consumer<Throwable> onFailure;
    private final LaneBuffers buffers;
    private final OwnedPartitions owned;
    private final CancellationFeed feed;
    private final OutcomePublisher publisher;
    private final Queue<Said> said = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private final AtomicInteger buffered = new AtomicInteger();
    private final AtomicInteger inWorker = new AtomicInteger();
    private final AtomicLong started = new AtomicLong();
    private final AtomicLong givenUp = new AtomicLong();
    private @Nullable Parcel alone;
    private volatile boolean closing;
    private volatile Instant drainUntil = Instant.MIN;

    /**
     * @param intake the worker's
     * @param onFailure told why the reader's thread ended, if anything but {@link #close} ended it; the process should
     *     end then, so that its partitions go elsewhere
     * @throws org.apache.kafka.common.KafkaException if a Kafka property is wrong
     */
    public LaneReader(LaneSettings settings, Intake intake, InstantSource clock, Consumer<Throwable> onFailure) {
        this(settings, LaneClients.connect(settings), intake, clock, onFailure);
    }

    LaneReader(
            LaneSettings settings,
            LaneClients clients,
            Intake intake,
            InstantSource clock,
            Consumer<Throwable> onFailure) {
        this.settings = settings;
        this.clients = clients;
        this.codec = new EventCodec();
        this.intake = intake;
        this.clock = clock;
        this.onFailure = onFailure;
        this.buffers = new LaneBuffers(settings.lanes(), settings.limits());
        this.owned = new OwnedPartitions(clients.consumer(), buffers, clock, this::finishLeaving);
        this.feed = new CancellationFeed(clients.cancellations(), codec, settings.cancellationsTopic());
        this.publisher = new OutcomePublisher(clients.producer(), codec, settings, clock);
        this.thread =
                Thread.ofPlatform().name("lane-reader-" + settings.group()).unstarted(this::run);
    }

    /**
     * How a reader left.
     *
     * @param finished outcomes published after it was asked to leave
     * @param handedBack prompts that the worker had begun and that are delivered again elsewhere
     */
    public record Left(long finished, long handedBack) {}

    public void start() {
        thread.start();
    }

    public LaneCounts counts() {
        return new LaneCounts(
                owned.count(),
                buffered.get(),
                inWorker.get(),
                started.get(),
                publisher.published(),
                publisher.republished(),
                publisher.unreadable(),
                givenUp.get(),
                owned.commits());
    }

    public Pulse pulse() {
        return new Pulse(thread.isAlive(), owned.roundSoFar());
    }

    /** Its connections to Kafka, for their metrics. */
    public LaneClients clients() {
        return clients;
    }

    /** {@link #close(Duration)} without waiting for the worker. */
    @Override
    public void close() {
        var unused = close(Duration.ZERO);
    }

    /**
     * Takes nothing more, waits for what the worker has begun, publishes what is finished, commits, and leaves the
     * group. What the worker still has then is delivered again elsewhere, and its start does not count.
     *
     * @param drainTimeout how long to wait for the worker; its partitions are kept until then
     */
    public Left close(Duration drainTimeout) {
        long before = publisher.published();
        drainUntil = clock.instant().plus(drainTimeout);
        closing = true;
        if (thread.getState() == Thread.State.NEW) {
            shutDown();
        } else {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return new Left(publisher.published() - before, inWorker.get());
    }

    private boolean isDraining() {
        return inWorker.get() > 0 && clock.instant().isBefore(drainUntil);
    }

    private void run() {
        Throwable failure = null;
        try {
            subscribe();
            while (!closing || isDraining()) {
                doWork();
            }
        } catch (Throwable cause) {
            failure = cause;
        }
        try {
            shutDown();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("group", settings.group()).setCause(e).log("The lane reader closed untidily");
        }
        if (failure != null) {
            onFailure.accept(failure);
        }
    }

    void subscribe() {
        feed.open();
        owned.subscribe(settings.lanes().stream().map(LaneSettings.Lane::topic).toList());
    }

    /** One round of the reader's thread; returns how much it did. It waits for records only, and for commits. */
    int doWork() {
        int work = publishSaid();
        work += publisher.drain();
        work += feed.hear(intake::cancel);
        boolean busy = inWorker.get() > 0 || publisher.unanswered() > 0 || buffers.size() > 0;
        boolean full = owned.pauseFull(!closing);
        Duration wait = busy ? WAIT_WHILE_BUSY : WAIT_WHILE_IDLE;
        for (ConsumerRecord<byte[], byte[]> received : owned.poll(full ? Duration.ZERO : wait, () -> !said.isEmpty())) {
            receive(received);
            work++;
        }
        work += publishSaid();
        work += publisher.drain();
        work += closing ? 0 : feed();
        owned.commitIfDue();
        buffered.set(buffers.size());
        if (full && work == 0) {
            // Not in poll: with fetched records of a paused partition in its hands, the consumer does not wait but
            // spins.
            LockSupport.parkNanos(this, WAIT_WHILE_BUSY.toNanos());
        }
        return work;
    }

    /** Partitions go to another worker: what is begun of them is finished here, while the rest goes on. */
    private void finishLeaving() {
        Instant end = clock.instant().plus(settings.limits().handoverTimeout());
        while (owned.isLeaving() && clock.instant().isBefore(end)) {
            if (publishSaid() + publisher.drain() + (closing ? 0 : feed()) == 0) {
                LockSupport.parkNanos(this, WAIT_FOR_HANDOVER.toNanos());
            }
        }
    }

    void shutDown() {
        try {
            publishSaid();
            publisher.close(settings.limits().closeTimeout());
            publisher.drain();
        } finally {
            try {
                owned.close(settings.limits().closeTimeout());
            } finally {
                feed.close(settings.limits().closeTimeout());
            }
        }
    }

    private void receive(ConsumerRecord<byte[], byte[]> received) {
        OffsetLedger ledger = owned.ledgerOf(received);
        if (!ledger.receive(received.offset())) {
            return;
        }
        byte[] value = received.value();
        try {
            if (value == null) {
                throw new UndecodableException("a lane has no use for a record without a value", new Throwable());
            }
            buffers.add(new Parcel(
                    OwnedPartitions.partition(received),
                    received.offset(),
                    ledger,
                    codec.assignment(value),
                    value.length));
        } catch (UndecodableException e) {
            publisher.unreadable(received, String.valueOf(e.getMessage()), () -> ledger.finish(received.offset()));
        }
    }

    private int publishSaid() {
        int count = 0;
        for (Said next = said.poll(); next != null; next = said.poll()) {
            count++;
            switch (next) {
                case Said.Wrote(var parcel, var piece) -> publisher.publish(piece, parcel.headers());
                case Said.Ended(var parcel, var outcome) -> {
                    inWorker.decrementAndGet();
                    if (parcel.equals(alone)) {
                        alone = null;
                    }
                    publish(parcel, outcome);
                }
            }
        }
        return count;
    }

    private void publish(Parcel parcel, Outcome outcome) {
        publisher.publish(outcome, parcel.headers(), () -> owned.finish(parcel));
    }

    /** Hands over what the worker has room for, after the broker knows that it was started. */
    private int feed() {
        List<Parcel> batch = choose();
        if (batch.isEmpty()) {
            return 0;
        }
        if (!owned.commitStarts(batch)) {
            putBack(batch);
            return 0;
        }
        int accepted = 0;
        while (accepted < batch.size() && offer(batch.get(accepted))) {
            accepted++;
        }
        putBack(batch.subList(accepted, batch.size()));
        started.addAndGet(accepted);
        return accepted;
    }

    private List<Parcel> choose() {
        List<Parcel> batch = new ArrayList<>();
        long tokensFree = intake.tokensFree();
        for (Parcel head = buffers.peek(); head != null && alone == null; head = buffers.peek()) {
            if (head.starts() >= settings.limits().startsMax()) {
                buffers.take(head, 0);
                giveUp(head);
                continue;
            }
            Cancellation cancellation = intake.cancellationOf(head.assignment());
            if (cancellation != null) {
                buffers.take(head, 0);
                reject(head, ErrorCode.CANCELLED, cancellation.sentence());
                continue;
            }
            long tokens = intake.tokensOf(head.assignment());
            boolean mustBeAlone = head.starts() >= ALONE_FROM_STARTS;
            boolean others = inWorker.get() > 0 || !batch.isEmpty();
            long room = others && buffers.leavesRoom(head) ? tokensFree - intake.tokensOfLargest() : tokensFree;
            if (tokens > room || (mustBeAlone && others) || batch.size() >= BATCH_RECORDS_MAX) {
                break;
            }
            buffers.take(head, tokens);
            tokensFree -= tokens;
            batch.add(head);
            alone = mustBeAlone ? head : null;
        }
        return batch;
    }

    private boolean offer(Parcel parcel) {
        Assignment lane = parcel.assignment();
        // The router counts the times it put a prompt on a lane, the ledger the times a worker began it.
        Assignment attempt = lane.withAttempt(lane.attempt() + parcel.starts() - 1);
        inWorker.incrementAndGet();
        Intake.Listener listener = new Intake.Listener() {
            @Override
            public void ended(Outcome outcome) {
                say(new Said.Ended(parcel, outcome));
            }

            @Override
            public void wrote(TokenChunk piece) {
                say(new Said.Wrote(parcel, piece));
            }
        };
        if (intake.offer(attempt, listener)) {
            return true;
        }
        inWorker.decrementAndGet();
        return false;
    }

    /** On one of the worker's threads. */
    private void say(Said what) {
        said.add(what);
        owned.wake();
        LockSupport.unpark(thread);
    }

    private void putBack(List<Parcel> batch) {
        for (Parcel parcel : batch.reversed()) {
            owned.handBack(parcel);
            buffers.putBack(parcel);
            if (parcel.equals(alone)) {
                alone = null;
            }
        }
    }

    private void giveUp(Parcel parcel) {
        givenUp.incrementAndGet();
        LOG.atError()
                .addKeyValue("request", parcel.assignment().prompt().request().key())
                .addKeyValue("starts", parcel.starts())
                .log("A prompt was started too often without an end; it is rejected");
        String message = "workers began this %d times and never came to its end; it probably takes them down"
                .formatted(parcel.starts());
        reject(parcel, ErrorCode.WORKER_FAILED, message);
    }

    private void reject(Parcel parcel, ErrorCode code, String message) {
        publish(parcel, Rejection.of(parcel.assignment().prompt(), code, message, null, clock.instant()));
    }
}
