package dev.scriptorium.dataset.recipe;

import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.table.Row;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.Table;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The seed rows of a table, one after the other. */
public final class SeedRows implements AutoCloseable {
    private final RowReader rows;

    private SeedRows(RowReader rows) {
        this.rows = rows;
    }

    public static SeedRows open(Table table) throws IOException {
        return new SeedRows(table.open());
    }

    /** Null at the end. */
    public @Nullable SeedRow next() throws IOException {
        Row row = rows.next();
        return row == null ? null : SeedRow.of(row.values());
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
