package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.Row;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one recipe's job into a folder, from wherever an earlier export was cut off.
 *
 * <p>The idea: the manifest is the only truth. It says which record comes next, so a consumer begins there, whatever
 * offsets a broker has for it; and it is written last, after the shard that it names is on the disk.
 */
public final class DatasetExport implements AutoCloseable {
    public static final String MANIFEST = "manifest.json";
    private static final String LOCK = ".export.lock";

    private final Path folder;
    private final ExportSettings settings;
    private final FileChannel lock;
    private final Tally tally;
    private Manifest manifest;
    private Manifest.@Nullable Origin origin;
    private @Nullable ShardWriter shard;
    private long next;

    private DatasetExport(Path folder, ExportSettings settings, FileChannel lock, Manifest manifest) {
        this.folder = folder;
        this.settings = settings;
        this.lock = lock;
        this.manifest = manifest;
        this.tally = new Tally(manifest.statistics());
        this.origin = manifest.origin();
        this.next = manifest.nextOffset();
    }

    /**
     * @param source the topic and partition of the rows
     * @param firstOffset from which rows may be the job's, where nothing was exported yet
     * @throws IllegalStateException if the folder has another export, other settings were used, a file is missing, or
     *     another process writes it
     */
    public static DatasetExport open(Path folder, String job, String source, long firstOffset, ExportSettings settings)
            throws IOException {
        Files.createDirectories(folder);
        FileChannel lock = locked(folder);
        try {
            Path path = folder.resolve(MANIFEST);
            Manifest manifest = Files.exists(path)
                    ? ExportJson.read(path, Manifest.class)
                    : Manifest.empty(job, source, firstOffset, settings);
            requireSame(path, manifest, Manifest.empty(job, source, firstOffset, settings));
            requireFiles(folder, manifest);
            return new DatasetExport(folder, settings, lock, manifest);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The record that is wanted next. */
    public long nextOffset() {
        return next;
    }

    /** What is on the disk. */
    public Manifest manifest() {
        return manifest;
    }

    /** What was counted so far, rows that are on no disk yet included. */
    public Statistics statistics() {
        return tally.statistics();
    }

    /**
     * Takes a row; rows of other jobs are passed over.
     *
     * @param offset of its record, in the order of the partition
     * @throws IllegalStateException if it was made from another recipe than those before
     */
    public void add(long offset, Row row) throws IOException {
        if (offset < next || manifest.complete()) {
            return;
        }
        next = offset + 1;
        if (!row.job().equals(manifest.job())) {
            return;
        }
        Row.Written written = row.written();
        if (written != null) {
            requireSameRecipe(row, written);
        }
        tally.add(row);
        if (row.fate() == Row.Fate.KEPT) {
            keep(offset, row);
        }
    }

    /** All rows of the job were added: writes the last shard, the card with its pictures, and the manifest. */
    public Manifest finish() throws IOException {
        if (manifest.complete()) {
            return manifest;
        }
        ShardWriter last = shard;
        if (last != null) {
            shard = null;
            manifest = manifest.with(last.finish(next - 1));
        }
        Manifest whole = manifest.at(next, true, origin, tally.statistics());
        new Card(whole, settings).write(folder);
        publish(whole);
        return manifest;
    }

    /** Drops what is in no whole shard; it comes again. */
    @Override
    public void close() throws IOException {
        try (lock) {
            if (shard != null) {
                shard.close();
            }
        }
    }

    private void keep(long offset, Row row) throws IOException {
        ShardWriter open = shard;
        if (open == null) {
            open = new ShardWriter(folder, settings.formats(), manifest.shards().size(), offset);
            shard = open;
        }
        open.add(row);
        if (open.rows() == settings.shardRows()) {
            shard = null;
            publish(manifest.with(open.finish(offset)).at(next, false, origin, tally.statistics()));
        }
    }

    private void publish(Manifest now) throws IOException {
        WholeFile.write(folder.resolve(MANIFEST), ExportJson.pretty(now));
        manifest = now;
    }

    private void requireSameRecipe(Row row, Row.Written written) {
        if (origin == null) {
            origin = Manifest.Origin.of(written);
        }
        String digest = written.provenance().recipeDigest();
        if (!digest.equals(origin.recipeDigest())) {
            throw new IllegalStateException(
                    "row '%s' of job '%s' was made from recipe %s, those before it from %s; one dataset has one recipe"
                            .formatted(row.key().id(), row.job(), digest, origin.recipeDigest()));
        }
    }

    private static void requireSame(Path path, Manifest found, Manifest asked) {
        if (found.version() != Manifest.VERSION) {
            throw new IllegalStateException(
                    path + ": is of version " + found.version() + ", this program knows " + Manifest.VERSION);
        }
        require(path, "job", found.job(), asked.job());
        require(path, "source", found.source(), asked.source());
        require(path, "formats", found.formats(), asked.formats());
        require(path, "shard_rows", found.shardRows(), asked.shardRows());
    }

    private static void require(Path path, String field, Object found, Object asked) {
        if (!found.equals(asked)) {
            throw new IllegalStateException("%s: was begun with %s %s, this one has %s; use another folder"
                    .formatted(path, field, found, asked));
        }
    }

    private static void requireFiles(Path folder, Manifest manifest) throws IOException {
        for (Manifest.Shard shard : manifest.shards()) {
            for (Manifest.File file : shard.files()) {
                Path path = folder.resolve(file.path());
                long bytes = Files.exists(path) ? Files.size(path) : -1;
                if (bytes != file.bytes()) {
                    throw new IllegalStateException("%s: %s, but the manifest says %d bytes; export into another folder"
                            .formatted(path, bytes < 0 ? "is not there" : "has " + bytes + " bytes", file.bytes()));
                }
            }
        }
    }

    private static FileChannel locked(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new IllegalStateException("the folder " + folder + " is being written by another export");
        }
        return channel;
    }
}
