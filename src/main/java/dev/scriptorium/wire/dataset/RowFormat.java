package dev.scriptorium.wire.dataset;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.run.Pending;
import dev.scriptorium.dataset.run.Progress;
import dev.scriptorium.wire.UndecodableException;
import org.jspecify.annotations.Nullable;

/** Rows as the topic rows has them, and what the router remembers of those under way. */
public final class RowFormat {
    public byte[] write(Row row) {
        return DatasetJson.write(row);
    }

    /** @throws UndecodableException if it is none */
    public Row row(byte @Nullable [] bytes) {
        return DatasetJson.read(bytes, Row.class, "row");
    }

    public byte[] write(Pending pending) {
        return DatasetJson.write(pending);
    }

    public Pending pending(byte[] bytes) {
        return DatasetJson.read(bytes, Pending.class, "row under way");
    }

    public byte[] write(Progress progress) {
        return DatasetJson.write(progress);
    }

    public Progress progress(byte[] bytes) {
        return DatasetJson.read(bytes, Progress.class, "progress of a recipe");
    }
}
