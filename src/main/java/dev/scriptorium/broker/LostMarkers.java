package dev.scriptorium.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.DefaultHostResolver;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the transaction markers that a killed single node lost.
 *
 * <p>Kafka ends a transaction in two steps: its coordinator writes the decision down, then it has a marker written into
 * every partition that took part. A node that is killed in between writes the markers after its restart, to whoever
 * leads each partition. But while the node's former self is being fenced, no partition has a leader, and Kafka 4.3
 * takes "no leader" for "deleted topic" there (its Scala code had told the two apart) and counts the marker as written.
 * From then on nobody ever ends that transaction: whoever reads committed records stops before it, and Kafka Streams
 * waits for ever for its own offsets.
 *
 * <p>So at each start, before any client is let in: a transaction that is open in a partition while its coordinator
 * says that it is over gets the marker that its coordinator decided on. Where the coordinator has forgotten the
 * decision, it is aborted, as Kafka's own tool for hanging transactions does.
 */
final class LostMarkers {
    private static final Logger LOG = LoggerFactory.getLogger(LostMarkers.class);
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(15);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final Set<TransactionState> UNDER_WAY = Set.of(
            TransactionState.ONGOING,
            TransactionState.PREPARE_COMMIT,
            TransactionState.PREPARE_ABORT,
            TransactionState.PREPARE_EPOCH_FENCE);

    private final String bootstrapServers;

    LostMarkers(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Returns how many markers were written.
     *
     * @throws IllegalStateException if the broker does not say how its transactions stand
     */
    int write() {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            List<TxnMarkerEntry> lost = decided(admin);
            if (!lost.isEmpty()) {
                LOG.warn(
                        "The last stop left {} transactions half-ended; their markers are written now: {}",
                        lost.size(),
                        lost);
                send(lost);
            }
            return lost.size();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not say how its transactions stand: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while open transactions were looked for", e);
        }
    }

    private static List<TxnMarkerEntry> decided(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        long startedAt = System.nanoTime();
        while (true) {
            Map<TopicPartition, List<ProducerState>> open = openTransactions(admin);
            Map<Long, TransactionDescription> said = coordinators(admin);
            Duration waited = Duration.ofNanos(System.nanoTime() - startedAt);
            boolean settled = open.values().stream()
                    .flatMap(List::stream)
                    .allMatch(producer -> isOver(said.get(producer.producerId()), waited));
            if (settled || waited.compareTo(WAIT_MAX) > 0) {
                return markers(stillOpen(open, openTransactions(admin)), said);
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        }
    }

    /** A coordinator that has not read its log yet knows nothing, so nothing counts as forgotten too soon. */
    private static boolean isOver(@Nullable TransactionDescription said, Duration waited) {
        return said == null ? waited.compareTo(FORGOTTEN_AFTER) > 0 : !UNDER_WAY.contains(said.state());
    }

    private static Map<TopicPartition, List<ProducerState>> openTransactions(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<String> topics = List.copyOf(
                get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()));
        List<TopicPartition> partitions = get(admin.describeTopics(topics).allTopicNames()).values().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                .toList();
        Map<TopicPartition, List<ProducerState>> open = new HashMap<>();
        get(admin.describeProducers(partitions).all()).forEach((partition, said) -> {
            List<ProducerState> hanging = said.activeProducers().stream()
                    .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                    .toList();
            if (!hanging.isEmpty()) {
                open.put(partition, hanging);
            }
        });
        return open;
    }

    /**
     * Those that were open before their coordinator was asked and are open after it. The coordinator may have ended one
     * in the meantime, and a client may have begun the next.
     */
    static Map<TopicPartition, List<ProducerState>> stillOpen(
            Map<TopicPartition, List<ProducerState>> before, Map<TopicPartition, List<ProducerState>> after) {
        Map<TopicPartition, List<ProducerState>> still = new HashMap<>();
        before.forEach((partition, producers) -> {
            List<ProducerState> same = producers.stream()
                    .filter(one ->
                            after.getOrDefault(partition, List.of()).stream().anyMatch(other -> isSame(one, other)))
                    .toList();
            if (!same.isEmpty()) {
                still.put(partition, same);
            }
        });
        return still;
    }

    private static boolean isSame(ProducerState one, ProducerState other) {
        return one.producerId() == other.producerId()
                && one.producerEpoch() == other.producerEpoch()
                && one.currentTransactionStartOffset().equals(other.currentTransactionStartOffset());
    }

    private static Map<Long, TransactionDescription> coordinators(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<String> ids = get(admin.listTransactions().all()).stream()
                .map(TransactionListing::transactionalId)
                .toList();
        Map<Long, TransactionDescription> said = new HashMap<>();
        get(admin.describeTransactions(ids).all()).values().forEach(each -> said.put(each.producerId(), each));
        return said;
    }

    private static List<TxnMarkerEntry> markers(
            Map<TopicPartition, List<ProducerState>> open, Map<Long, TransactionDescription> coordinators) {
        List<TxnMarkerEntry> markers = new ArrayList<>();
        open.forEach((partition, producers) -> {
            for (ProducerState producer : producers) {
                TransactionDescription said = coordinators.get(producer.producerId());
                if (said == null || !UNDER_WAY.contains(said.state())) {
                    // The marker has the producer's own epoch, which the first version of transactions allows.
                    markers.add(new TxnMarkerEntry(
                            producer.producerId(),
                            (short) producer.producerEpoch(),
                            producer.coordinatorEpoch().orElse(0),
                            decision(said, producer),
                            List.of(partition),
                            (short) 0));
                }
            }
        });
        return markers;
    }

    /**
     * A coordinator's last word is about this transaction if it has its epoch, or the next: ending one may raise it.
     */
    private static TransactionResult decision(@Nullable TransactionDescription said, ProducerState producer) {
        boolean isCommitted = said != null
                && said.state() == TransactionState.COMPLETE_COMMIT
                && said.producerEpoch() - producer.producerEpoch() <= 1;
        return isCommitted ? TransactionResult.COMMIT : TransactionResult.ABORT;
    }

    private void send(List<TxnMarkerEntry> markers) {
        String[] address = bootstrapServers.split(":", 2);
        Node node = new Node(0, address[0], Integer.parseInt(address[1]));
        AdminClientConfig config =
                new AdminClientConfig(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
        try (Metrics metrics = new Metrics();
                NetworkClient client = ClientUtils.createNetworkClient(
                        config,
                        "lost-markers",
                        metrics,
                        "lost-markers",
                        new LogContext(),
                        new ApiVersions(),
                        Time.SYSTEM,
                        1,
                        (int) WAIT_MAX.toMillis(),
                        null,
                        new ManualMetadataUpdater(List.of(node)),
                        new DefaultHostResolver(),
                        null,
                        null)) {
            NetworkClientUtils.awaitReady(client, node, Time.SYSTEM, WAIT_MAX.toMillis());
            for (TxnMarkerEntry marker : markers) {
                ClientResponse response = NetworkClientUtils.sendAndReceive(
                        client,
                        client.newClientRequest(
                                node.idString(),
                                new WriteTxnMarkersRequest.Builder(List.of(marker)),
                                Time.SYSTEM.milliseconds(),
                                true),
                        Time.SYSTEM);
                check(marker, (WriteTxnMarkersResponse) response.responseBody());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the markers of half-ended transactions could not be written", e);
        }
    }

    private static void check(TxnMarkerEntry marker, WriteTxnMarkersResponse response) {
        response.errorsByProducerId()
                .values()
                .forEach(errors -> errors.forEach((partition, error) -> {
                    if (error == Errors.INVALID_PRODUCER_EPOCH) {
                        LOG.info("Partition {} has ended the transaction of {} itself", partition, marker);
                    } else if (error != Errors.NONE) {
                        throw new IllegalStateException(
                                "the marker " + marker + " was not written into " + partition + ": " + error);
                    }
                }));
    }

    private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }
}
