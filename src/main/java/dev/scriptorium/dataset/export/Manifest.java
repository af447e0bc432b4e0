package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.table.TableFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an export has written, and from where it goes on: {@code manifest.json}.
 *
 * @param version of this file's format
 * @param job the recipe's
 * @param source the topic and partition of the rows, {@code rows-2}
 * @param nextOffset the first record that is in no shard and no statistic yet
 * @param complete whether every row of the recipe is in
 * @param formats of the shards
 * @param shardRows rows in each but the last
 * @param origin what made the rows; null before the first
 * @param shards in their order
 */
public record Manifest(
        int version,
        String job,
        String source,
        long nextOffset,
        boolean complete,
        List<TableFormat> formats,
        int shardRows,
        @Nullable Origin origin,
        Statistics statistics,
        List<Shard> shards) {
    static final int VERSION = 1;

    public Manifest {
        formats = List.copyOf(formats);
        shards = List.copyOf(shards);
    }

    static Manifest empty(String job, String source, long firstOffset, ExportSettings settings) {
        return new Manifest(
                VERSION,
                job,
                source,
                firstOffset,
                false,
                settings.formats(),
                settings.shardRows(),
                null,
                Statistics.NONE,
                List.of());
    }

    /**
     * What all rows have in common.
     *
     * @param sampling with the first row's seed; each row has its own
     */
    public record Origin(
            String recipeDigest, String model, String weightsDigest, String runtimeVersion, ResolvedSampling sampling) {
        static Origin of(Row.Written written) {
            return new Origin(
                    written.provenance().recipeDigest(),
                    written.provenance().model(),
                    written.provenance().weightsDigest(),
                    written.provenance().runtimeVersion(),
                    written.provenance().sampling());
        }
    }

    /**
     * Some rows, once in each format.
     *
     * @param firstOffset of its first row
     * @param lastOffset of its last row
     */
    public record Shard(int rows, long firstOffset, long lastOffset, List<File> files) {
        public Shard {
            files = List.copyOf(files);
        }
    }

    /**
     * @param path below the dataset's folder
     * @param sha256 64 hex digits over its bytes
     */
    public record File(String path, long bytes, String sha256) {}

    Manifest with(Shard shard) {
        List<Shard> all = new ArrayList<>(shards);
        all.add(shard);
        return new Manifest(version, job, source, nextOffset, complete, formats, shardRows, origin, statistics, all);
    }

    Manifest at(long next, boolean isComplete, @Nullable Origin from, Statistics counted) {
        return new Manifest(version, job, source, next, isComplete, formats, shardRows, from, counted, shards);
    }
}
