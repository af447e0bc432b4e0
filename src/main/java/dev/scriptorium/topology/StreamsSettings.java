package dev.scriptorium.topology;

import dev.scriptorium.pipeline.KafkaProperties;
import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/** Kafka Streams' settings: the pipeline's own for Kafka's clients, and over them what the promises rest on. */
public final class StreamsSettings {
    private static final int COMMIT_INTERVAL_MS = 100;
    private static final long BUFFER_BYTES_MIN = 32L << 20;

    private StreamsSettings() {}

    /**
     * @param pipeline with {@code bootstrap.servers}
     * @param stateFolder where the stores lie; one process at a time
     */
    public static Properties of(Pipeline pipeline, Path stateFolder) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Integer.toString(COMMIT_INTERVAL_MS));
        settings.put(
                StreamsConfig.REPLICATION_FACTOR_CONFIG,
                Integer.toString(pipeline.topics().outcomes().replication()));
        // A killed router must not keep its partitions for three quarters of a minute.
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), "6000");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), "1500");
        // On a topic just made the first batch may fail and a later one in flight overtake it; the broker then refuses
        // the first as out of order until its time is up.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), "1");
        // Of a router that gets too little processor time, Kafka Streams' 10 s end every transaction before its commit,
        // and it begins again for ever. The price: when a router is lost together with its folder, what it had in hand
        // stays hidden so long.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), "30000");
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocks.class.getName());
        settings.putAll(pipeline.kafka().forStreams());
        if (!settings.containsKey(KafkaProperties.BOOTSTRAP_SERVERS)) {
            throw new IllegalArgumentException("the pipeline names no bootstrap.servers");
        }
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, pipeline.name());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, "true");
        // The last net: a defect of ours costs one record, which lands where unreadable ones do.
        settings.put(
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                LogAndContinueProcessingExceptionHandler.class.getName());
        settings.put(
                StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG,
                pipeline.topics().deadLetters().name());
        int messageBytesMax = pipeline.limits().messageBytesMax();
        settings.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), Integer.toString(messageBytesMax));
        settings.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Integer.toString(messageBytesMax));
        settings.put(
                StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG),
                Long.toString(Math.max(BUFFER_BYTES_MIN, 2L * messageBytesMax)));
        return settings;
    }

    /**
     * Bounds the memory that the router's stores take beside the Java heap: all stores of a process share one cache,
     * and what is written and not yet on disk counts against it. Left alone, each store of each task has 50 MiB of
     * cache and 48 MiB of write buffers of its own, some 4 GiB for the shipped pipeline. Kafka Streams makes one for
     * each store and closes it; what they share lives as long as the process.
     */
    public static final class BoundedRocks implements RocksDBConfigSetter {
        private static final long TOTAL_BYTES = 192L << 20;
        private static final long WRITTEN_BYTES = 96L << 20;
        private static final long WRITTEN_BYTES_A_STORE = 8L << 20;
        private static final int ANY_SHARDS = -1;
        private static final double SHARE_FOR_INDEXES = 0.2;

        static {
            RocksDB.loadLibrary();
        }

        private static final Cache CACHE = new LRUCache(TOTAL_BYTES, ANY_SHARDS, false, SHARE_FOR_INDEXES);
        private static final WriteBufferManager WRITTEN = new WriteBufferManager(WRITTEN_BYTES, CACHE);

        @Override
        public void setConfig(String storeName, Options options, Map<String, Object> configs) {
            BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
            table.setBlockCache(CACHE);
            table.setCacheIndexAndFilterBlocks(true);
            table.setCacheIndexAndFilterBlocksWithHighPriority(true);
            table.setPinTopLevelIndexAndFilter(true);
            options.setTableFormatConfig(table);
            options.setWriteBufferManager(WRITTEN);
            options.setWriteBufferSize(WRITTEN_BYTES_A_STORE);
            options.setMaxWriteBufferNumber(2);
        }

        @Override
        public void close(String storeName, Options options) {
            // What was set here is shared; the rest belongs to Kafka Streams.
        }
    }
}
