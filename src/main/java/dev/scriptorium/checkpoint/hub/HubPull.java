package dev.scriptorium.checkpoint.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings a model into a cache folder. Each file grows as {@code NAME.part}, goes on where it ended whenever the
 * connection breaks or the command is started again, and gets its name when its checksum is right.
 */
public final class HubPull {
    private static final int FAILURES_IN_A_ROW_MAX = 6;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    private final HubConnection hub;
    private final Path cache;
    private final Waiting waiting;

    /** How time passes between two tries. */
    public interface Waiting {
        void pause(Duration time) throws InterruptedException;
    }

    /** Says how far it is, and may throw to stop it. */
    public interface Progress {
        /** Once, before the first byte. */
        void begin(long bytesTotal);

        /** @param bytesDone of all files together */
        void at(long bytesDone);
    }

    /**
     * @param endpoint of the hub, for example {@code https://huggingface.co}
     * @param token that the hub asks for, or null
     * @param cache folder for models; each has folders of its own in it
     */
    public HubPull(URI endpoint, @Nullable String token, Path cache, Waiting waiting) {
        this.hub = new HubConnection(endpoint, token);
        this.cache = cache;
        this.waiting = waiting;
    }

    /**
     * @param file the one file that is wanted, or null for config, tokenizer and safetensors
     * @return the folder that holds the model, or the one file
     * @throws HubException if it cannot be brought; what is there stays, and the next pull goes on
     */
    public Path pull(HubRepository repository, @Nullable String file, Progress progress) throws InterruptedException {
        HubModel model = retried(repository.toString(), new long[1], () -> HubModel.ask(hub, repository));
        List<HubFile> files = model.needed(file);
        Path folder =
                cache.resolve(repository.owner() + "--" + repository.name()).resolve(model.commit());
        try {
            Files.createDirectories(folder);
            requireSpace(folder, files);
        } catch (IOException e) {
            throw new HubException(folder + " cannot be used: " + e, e);
        }
        progress.begin(files.stream().mapToLong(HubFile::bytes).sum());
        long before = 0;
        for (HubFile each : files) {
            long start = before;
            Path target = folder.resolve(each.name());
            if (!isWhole(each, target)) {
                load(model, each, target, done -> progress.at(start + done));
            }
            before += each.bytes();
            progress.at(before);
        }
        return file == null ? folder : folder.resolve(files.getFirst().name());
    }

    private static void requireSpace(Path folder, List<HubFile> files) throws IOException {
        long needed = 0;
        for (HubFile file : files) {
            Path part = part(folder.resolve(file.name()));
            boolean there = Files.exists(folder.resolve(file.name()));
            needed += there ? 0 : Math.max(0, file.bytes() - (Files.exists(part) ? Files.size(part) : 0));
        }
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (needed > usable) {
            throw new HubException("the model needs " + needed + " more bytes in " + folder + ", but only " + usable
                    + " are free there");
        }
    }

    private static Path part(Path target) {
        return target.resolveSibling(target.getFileName() + ".part");
    }

    private static boolean isWhole(HubFile file, Path target) {
        try {
            return Files.exists(target) && Files.size(target) == file.bytes() && problem(file, target) == null;
        } catch (IOException e) {
            throw new HubException(target + " cannot be read: " + e, e);
        }
    }

    /** What is wrong with a file of the right size, or null. */
    private static @Nullable String problem(HubFile file, Path path) throws IOException {
        String expected = file.expected();
        if (expected == null) {
            return null;
        }
        MessageDigest digest = file.digest();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(path)) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
            }
        }
        String found = HexFormat.of().formatHex(digest.digest());
        return found.equals(expected)
                ? null
                : "has the " + digest.getAlgorithm() + " " + found + ", but the hub says " + expected;
    }

    private void load(HubModel model, HubFile file, Path target, LongConsumer progress) throws InterruptedException {
        Path part = part(target);
        String wrong = null;
        for (int time = 0; time < 2; time++) {
            long[] done = new long[1];
            retried(model.repository() + " " + file.path(), done, () -> {
                append(model, file, part, done, progress);
                return part;
            });
            try {
                wrong = problem(file, part);
                if (wrong == null) {
                    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                    return;
                }
                Files.delete(part); // what was there before may have been of another file; once more from its beginning
            } catch (IOException e) {
                throw new HubException(target + " cannot be written: " + e, e);
            }
        }
        throw new HubException(model.repository() + " " + file.path() + " " + wrong + "; nothing was kept of it");
    }

    /** Loads what is missing of a file; returns when all of it is there. */
    private void append(HubModel model, HubFile file, Path part, long[] done, LongConsumer progress)
            throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have > file.bytes()) {
            Files.delete(part);
            have = 0;
        }
        done[0] = have;
        if (have == file.bytes() && Files.exists(part)) {
            return;
        }
        HttpURLConnection answer = hub.get(path(model, file), have);
        try {
            HubModel.requireOk(hub, model.repository(), answer.getResponseCode());
            boolean goesOn = answer.getResponseCode() == HttpURLConnection.HTTP_PARTIAL
                    && String.valueOf(answer.getHeaderField("Content-Range")).startsWith("bytes " + have + "-");
            done[0] = goesOn ? have : 0;
            try (InputStream in = answer.getInputStream();
                    OutputStream out = Files.newOutputStream(
                            part,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
                byte[] chunk = new byte[CHUNK_BYTES];
                for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                    if (count > file.bytes() - done[0]) {
                        throw new HubException(model.repository() + " " + file.path() + " is longer than the hub says, "
                                + file.bytes() + " bytes");
                    }
                    out.write(chunk, 0, count);
                    done[0] += count;
                    progress.accept(done[0]);
                }
            }
        } finally {
            answer.disconnect();
        }
        if (done[0] < file.bytes()) {
            throw new IOException("the connection ended after " + done[0] + " of " + file.bytes() + " bytes");
        }
    }

    private static String path(HubModel model, HubFile file) {
        return "/" + model.repository().path() + "/resolve/" + model.commit() + "/"
                + Arrays.stream(file.path().split("/", -1))
                        .map(segment -> URLEncoder.encode(segment, StandardCharsets.UTF_8)
                                .replace("+", "%20"))
                        .collect(Collectors.joining("/"));
    }

    private interface Attempt<T> {
        T run() throws IOException;
    }

    /** Tries until it works; only failures without a byte of progress between them count. */
    private <T> T retried(String what, long[] done, Attempt<T> attempt) throws InterruptedException {
        long furthest = -1;
        int failures = 0;
        while (true) {
            try {
                return attempt.run();
            } catch (IOException e) {
                failures = done[0] > furthest ? 1 : failures + 1;
                furthest = Math.max(furthest, done[0]);
                if (failures == FAILURES_IN_A_ROW_MAX) {
                    throw new HubException(
                            what + " could not be loaded from " + hub.endpoint() + " in " + failures + " tries: "
                                    + e.getMessage() + "; what is there is kept, and the same command goes on",
                            e);
                }
                waiting.pause(FIRST_WAIT.multipliedBy(1L << (failures - 1)));
            }
        }
    }
}
