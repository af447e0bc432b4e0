package dev.scriptorium.table;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows to a file; the file is whole when this is closed. */
public interface RowWriter extends AutoCloseable {
    /** @param values one a column, in the columns' order, of the columns' types */
    void write(List<? extends @Nullable Object> values) throws IOException;

    @Override
    void close() throws IOException;
}
