package dev.scriptorium.checkpoint.weights;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.file.MappedFile;
import dev.scriptorium.kernel.Matrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * One pass over the files: whoever calls reads, from front to back, one thread digests in the same order, and others
 * pack what was read into matrices. So each byte is read once, and no page of a file stays mapped.
 *
 * <p>Errors come out as if one thread had done it all: that of the first row that has one.
 */
final class WeightLoading implements AutoCloseable {
    /** About as many bytes go from the reader to the others at once. */
    private static final int CHUNK_BYTES = 1 << 20;

    private final ContentDigest digest;
    private final LongConsumer progress;
    private final ExecutorService digesting = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("weights-digest").factory());
    private final ExecutorService packing;
    private final BlockingQueue<byte[]> free;
    private final Map<MappedFile, FileChannel> channels = new HashMap<>();
    private final List<CompletableFuture<?>> work = new ArrayList<>();
    private CompletableFuture<?> digested = CompletableFuture.completedFuture(null); // the last thing to digest
    private int joined; // of the work
    private long bytesRead;

    /** @param threads that pack, besides the two others */
    WeightLoading(int threads, ContentDigest digest, LongConsumer progress) {
        this.digest = digest;
        this.progress = progress;
        packing = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("weights-", 0).factory());
        int buffers = 2 * threads + 2;
        free = new ArrayBlockingQueue<>(buffers);
        for (int i = 0; i < buffers; i++) {
            free.add(new byte[0]);
        }
    }

    /** A tensor of one row. */
    float[] vector(Tensor tensor) {
        byte[] bytes = new byte[(int) tensor.bytes().byteSize()];
        read(tensor, 0, bytes, bytes.length);
        digest(() -> digest.add(tensor.name(), bytes));
        return WeightReader.checkedFloats(tensor, 0, bytes);
    }

    /**
     * A matrix, to be asked for after {@link #finish}.
     *
     * @param rowsTogether rows of a chunk are a multiple of this
     */
    Supplier<Matrix> matrix(Tensor tensor, WeightType type, int rowsTogether, Supplier<RowPacking<?>> start) {
        digest(() -> digest.begin(tensor.name(), tensor.bytes().byteSize()));
        CompletableFuture<RowPacking<?>> into = CompletableFuture.supplyAsync(start, packing);
        int rows = tensor.shape().getFirst().intValue();
        int rowBytes = Math.toIntExact(tensor.type().rowBytes(tensor.shape().getLast()));
        int step = Math.toIntExact(rowsTogether * Math.max(1, CHUNK_BYTES / ((long) rowsTogether * rowBytes)));
        for (int first = 0; first < rows; first += step) {
            int from = first;
            int end = Math.min(rows, first + step);
            int size = Math.multiplyExact(end - first, rowBytes);
            byte[] buffer = buffer(size);
            read(tensor, (long) first * rowBytes, buffer, size);
            CompletableFuture<?> packed = into.thenAcceptAsync(
                    packing -> packing.pack(from, end, new RowChunk(buffer, from, rowBytes)), packing);
            work.add(packed);
            digest(() -> digest.more(buffer, size));
            work.add(CompletableFuture.allOf(packed, digested).whenComplete((done, failure) -> free.add(buffer)));
        }
        if (type != tensor.type()) {
            digest(() -> digest.add("converted", type.name()));
        }
        return () -> into.join().matrix();
    }

    private void digest(Runnable part) {
        digested = CompletableFuture.runAsync(part, digesting);
        work.add(digested);
    }

    /** One that nobody uses, large enough; waits for it. */
    private byte[] buffer(int size) {
        while (joined < work.size() && work.get(joined).isDone()) {
            join(joined++);
        }
        try {
            byte[] buffer = free.take();
            return buffer.length < size ? new byte[size] : buffer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while weights were read");
        }
    }

    private void join(int index) {
        try {
            work.get(index).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    private void read(Tensor tensor, long at, byte[] into, int size) {
        long offset = tensor.bytes().address() - tensor.file().bytes().address() + at;
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, size);
        try {
            FileChannel channel = channels.get(tensor.file());
            if (channel == null) {
                channel = FileChannel.open(tensor.file().path());
                channels.put(tensor.file(), channel);
            }
            while (buffer.hasRemaining()) {
                int count = channel.read(buffer, offset + buffer.position());
                if (count < 0) {
                    throw tensor.refuse("ends after byte " + (offset + buffer.position())
                            + " of the file, which was longer when it was opened");
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(tensor.file().path() + ": cannot be read (" + e + ")", e);
        }
        bytesRead += size;
        progress.accept(bytesRead);
    }

    /** Waits until all is digested and packed. */
    void finish() {
        while (joined < work.size()) {
            join(joined++);
        }
    }

    @Override
    public void close() {
        packing.shutdownNow();
        digesting.shutdownNow();
        packing.close();
        digesting.close();
        for (FileChannel channel : channels.values()) {
            try {
                channel.close();
            } catch (IOException e) {
                // All that was wanted has been read.
            }
        }
    }
}
