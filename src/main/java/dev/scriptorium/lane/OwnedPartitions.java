package dev.scriptorium.lane;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this reader has for now: their ledgers, their commits, and whether they are paused.
 *
 * <p>When a partition is taken away in order, what the worker has of it is finished first, if that takes no longer than
 * {@link LaneLimits#handoverTimeout}, so that nobody generates it another time. The rest is handed back, its start
 * uncounted; when a partition is lost, there is nothing left to say about it. Either way the worker goes on with what
 * it has, and the outcome is published and dropped as a duplicate by settlement.
 */
final class OwnedPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedPartitions.class);
    private static final Duration COMMIT_EVERY = Duration.ofMillis(200);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;
    private final WakeablePoll poll;
    private final LaneBuffers buffers;
    private final InstantSource clock;
    private final Map<TopicPartition, OffsetLedger> ledgers = new HashMap<>();
    /**
     * Partitions of which it is not known yet what their last owner committed; nothing is taken from them till then.
     */
    private final Set<TopicPartition> unread = new HashSet<>();

    /** Parcels started here whose outcome is not yet durable. */
    private final Set<Parcel> started = new HashSet<>();

    private final AtomicLong commits = new AtomicLong();
    private final Runnable beforeHandover;
    private volatile int count;
    private volatile long roundBegan = System.nanoTime();
    private Instant lastCommitAt = Instant.MIN;
    /** Partitions that are about to go elsewhere. */
    private Collection<TopicPartition> leaving = List.of();

    /** @param beforeHandover finishes what is {@link #isLeaving leaving}, if it does not take long */
    OwnedPartitions(
            Consumer<byte[], byte[]> consumer, LaneBuffers buffers, InstantSource clock, Runnable beforeHandover) {
        this.consumer = consumer;
        this.poll = new WakeablePoll(consumer);
        this.buffers = buffers;
        this.clock = clock;
        this.beforeHandover = beforeHandover;
    }

    void subscribe(List<String> topics) {
        consumer.subscribe(topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                poll.stopWaiting(partitions);
                assigned(partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                poll.stopWaiting(partitions);
                buffers.drop(partitions);
                leaving = partitions;
                beforeHandover.run();
                leaving = List.of();
                handBack(partitions);
                commit(partitions);
                forget(partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                poll.stopWaiting(partitions);
                forget(partitions);
            }
        });
    }

    /**
     * Pauses the partitions from which nothing is wanted now and resumes the others; returns whether any is paused.
     *
     * @param takesMore whether anything new is wanted at all; the partitions stay ours even if not
     */
    boolean pauseFull(boolean takesMore) {
        roundBegan = System.nanoTime();
        readLedgers();
        Set<TopicPartition> all = consumer.assignment();
        count = all.size();
        Set<TopicPartition> full = all.stream()
                .filter(each -> !takesMore || buffers.isFull(each) || unread.contains(each))
                .collect(Collectors.toSet());
        Set<TopicPartition> paused = consumer.paused();
        if (!paused.equals(full)) {
            consumer.pause(full);
            consumer.resume(paused.stream().filter(each -> !full.contains(each)).toList());
        }
        return !full.isEmpty();
    }

    /** Records of partitions that are not paused; see {@link WakeablePoll#poll}. */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout, BooleanSupplier isWorkLeft) {
        return poll.poll(timeout, isWorkLeft);
    }

    /** From any thread: {@link #poll} does not wait any longer. */
    void wake() {
        poll.wake();
    }

    OffsetLedger ledgerOf(ConsumerRecord<byte[], byte[]> received) {
        return ledgers.computeIfAbsent(partition(received), each -> OffsetLedger.startingAt(received.offset()));
    }

    /** Counts a start of each and makes the count durable; false if that failed, and then nothing may be started. */
    boolean commitStarts(List<Parcel> batch) {
        for (Parcel parcel : batch) {
            parcel.start();
            started.add(parcel);
        }
        return commit(batch.stream().map(Parcel::partition).collect(Collectors.toSet()));
    }

    /** The parcel is not being worked on after all, through no fault of its own. */
    void handBack(Parcel parcel) {
        if (started.remove(parcel)) {
            parcel.unstart();
        }
    }

    /** Whether the worker has something of a partition that is about to go elsewhere. */
    boolean isLeaving() {
        return started.stream().anyMatch(parcel -> leaving.contains(parcel.partition()));
    }

    /** The parcel's outcome is durable. */
    void finish(Parcel parcel) {
        started.remove(parcel);
        parcel.finish();
    }

    void commitIfDue() {
        Instant now = clock.instant();
        if (lastCommitAt.isAfter(now.minus(COMMIT_EVERY))) {
            return;
        }
        lastCommitAt = now;
        commit(List.copyOf(ledgers.keySet()));
    }

    /** Time since it was last decided what to pause, as every round of the reader begins; for any thread. */
    Duration roundSoFar() {
        return Duration.ofNanos(System.nanoTime() - roundBegan);
    }

    /** Partitions that are ours; for any thread. */
    int count() {
        return count;
    }

    long commits() {
        return commits.get();
    }

    void close(Duration timeout) {
        try {
            handBack(ledgers.keySet());
            commit(List.copyOf(ledgers.keySet()));
        } finally {
            consumer.close(CloseOptions.timeout(timeout));
        }
    }

    static TopicPartition partition(ConsumerRecord<?, ?> received) {
        return new TopicPartition(received.topic(), received.partition());
    }

    private void assigned(Collection<TopicPartition> partitions) {
        unread.addAll(partitions);
        if (!readLedgers()) {
            consumer.pause(unread);
            LOG.atWarn()
                    .addKeyValue("partitions", unread)
                    .log("What was committed of new partitions cannot be read yet; nothing is taken from them");
        }
    }

    /** False if the broker does not say; it may be away, or may have given the partitions to somebody else already. */
    private boolean readLedgers() {
        if (unread.isEmpty()) {
            return true;
        }
        try {
            consumer.committed(Set.copyOf(unread), COMMIT_TIMEOUT).forEach((partition, committed) -> {
                if (committed != null) {
                    ledgers.put(partition, OffsetLedger.restored(committed.offset(), committed.metadata()));
                }
            });
            unread.clear();
            return true;
        } catch (RetriableException
                | WakeupException
                | UnknownMemberIdException
                | StaleMemberEpochException
                | FencedMemberEpochException e) {
            LOG.debug("what is committed of new partitions cannot be read yet", e);
            return false;
        }
    }

    private void handBack(Collection<TopicPartition> partitions) {
        for (Parcel parcel : new ArrayList<>(started)) {
            if (partitions.contains(parcel.partition())) {
                handBack(parcel);
            }
        }
    }

    private void forget(Collection<TopicPartition> partitions) {
        buffers.drop(partitions);
        unread.removeAll(partitions);
        started.removeIf(parcel -> partitions.contains(parcel.partition()));
        partitions.forEach(ledgers::remove);
    }

    /** Commits those of the partitions of which there is news; false if the broker did not take it. */
    private boolean commit(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> news = partitions.stream()
                .filter(ledgers::containsKey)
                .filter(partition -> ledger(partition).takeChanged())
                .collect(Collectors.toMap(Function.identity(), partition -> news(ledger(partition))));
        if (news.isEmpty()) {
            return true;
        }
        try {
            consumer.commitSync(news, COMMIT_TIMEOUT);
            commits.incrementAndGet();
            return true;
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException e) {
            LOG.atWarn()
                    .addKeyValue("partitions", news.keySet())
                    .setCause(e)
                    .log("A commit failed; it is tried again as long as the partitions are ours");
            news.keySet().forEach(partition -> ledger(partition).keepChanged());
            return false;
        }
    }

    private OffsetLedger ledger(TopicPartition partition) {
        OffsetLedger ledger = ledgers.get(partition);
        if (ledger == null) {
            throw new IllegalStateException("partition " + partition + " is not ours");
        }
        return ledger;
    }

    private static OffsetAndMetadata news(OffsetLedger ledger) {
        return new OffsetAndMetadata(ledger.lowestUnfinished(), Optional.empty(), ledger.metadata());
    }
}
