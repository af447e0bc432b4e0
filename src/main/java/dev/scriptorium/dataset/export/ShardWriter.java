package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.table.RowWriter;
import dev.scriptorium.table.Table;
import dev.scriptorium.table.TableFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One shard that grows, once in each format; nobody sees it before it is whole. */
final class ShardWriter implements AutoCloseable {
    private final Path folder;
    private final List<Path> paths = new ArrayList<>();
    private final List<RowWriter> writers = new ArrayList<>();
    private final long firstOffset;
    private int rows;
    private boolean closed;

    ShardWriter(Path folder, List<TableFormat> formats, int number, long firstOffset) throws IOException {
        this.folder = folder;
        this.firstOffset = firstOffset;
        try {
            for (TableFormat format : formats) {
                Path path = path(folder, format, number);
                Path parent = path.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                paths.add(path);
                writers.add(new Table(WholeFile.partial(path), format).create(RowColumns.ALL));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    static Path path(Path folder, TableFormat format, int number) {
        return folder.resolve(folderName(format))
                .resolve(String.format(Locale.ROOT, "train-%05d%s", number, format.suffix()));
    }

    /** {@code parquet}, {@code jsonl}. */
    static String folderName(TableFormat format) {
        return format.suffix().substring(1);
    }

    int rows() {
        return rows;
    }

    void add(Row row) throws IOException {
        for (RowWriter writer : writers) {
            writer.write(RowColumns.values(row));
        }
        rows++;
    }

    /** Everything is on the disk when this returns. */
    Manifest.Shard finish(long lastOffset) throws IOException {
        close();
        List<Manifest.File> files = new ArrayList<>();
        for (Path path : paths) {
            Path partial = WholeFile.partial(path);
            Manifest.File file = new Manifest.File(
                    folder.relativize(path).toString(), Files.size(partial), WholeFile.sha256(partial));
            WholeFile.publish(path);
            files.add(file);
        }
        return new Manifest.Shard(rows, firstOffset, lastOffset, files);
    }

    /** Leaves nothing behind but hidden files that the next export writes over. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        for (RowWriter writer : writers) {
            writer.close();
        }
    }
}
