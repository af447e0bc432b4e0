package dev.scriptorium.dataset.export;

import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.table.TableFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a dataset is written.
 *
 * @param formats of the shards, at least one; the card names the first
 * @param shardRows rows in a shard; the last one may have fewer
 * @param license as the hub spells it, for the card; null to say nothing
 * @param languages by their ISO 639-1 codes, for the card
 */
public record ExportSettings(
        List<TableFormat> formats, int shardRows, @Nullable String license, List<String> languages) {
    /** Parquet and JSON lines, 50,000 rows each. */
    public static final ExportSettings DEFAULT =
            new ExportSettings(List.of(TableFormat.PARQUET, TableFormat.JSON_LINES), 50_000, null, List.of());

    public ExportSettings {
        formats = formats.stream().distinct().toList();
        languages = List.copyOf(languages);
        if (formats.isEmpty()) {
            throw new InvalidFieldException("formats", formats, "must name one at least");
        }
        if (shardRows < 1) {
            throw new InvalidFieldException("shard_rows", shardRows, "must be at least 1");
        }
    }
}
