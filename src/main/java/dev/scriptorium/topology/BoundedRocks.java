package dev.scriptorium.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the memory that the router's stores take beside the Java heap: all stores of a process share one cache, and
 * what is written and not yet on disk counts against it. Left alone, each store of each task has 50 MiB of cache and 48
 * MiB of write buffers of its own, some 4 GiB for the shipped pipeline. Kafka Streams makes one for each store and
 * closes it; what they share lives as long as the process.
 */
public final class BoundedRocks implements RocksDBConfigSetter {
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
