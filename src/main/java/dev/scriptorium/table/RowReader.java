package dev.scriptorium.table;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a file, one after the other. */
public interface RowReader extends AutoCloseable {
    /** Names of the columns in the order of the file; of lines of JSON, those of the first line. */
    List<String> columns() throws IOException;

    /**
     * The next row, or null at the end.
     *
     * @throws TableException if the file is broken here
     */
    @Nullable
    Row next() throws IOException;

    @Override
    void close() throws IOException;
}
