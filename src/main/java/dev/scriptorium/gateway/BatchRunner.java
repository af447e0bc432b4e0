package dev.scriptorium.gateway;

import dev.scriptorium.batch.BatchLog;
import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.batch.BulkRun;
import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.gateway.ending.ErrorLines;
import dev.scriptorium.gateway.ending.FullTally;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes batches from their files to their files. Each step leaves something durable behind before the next begins, and
 * each can be done again: so a batch that was under way when the process was killed is simply taken up at the start.
 *
 * <p>A batch is a bulk run like any other; while that goes on, the batches topic says {@code in_progress}.
 */
final class BatchRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);
    private static final String JSONL = ".jsonl";
    private static final long STOP_SECONDS_MAX = 10;
    /** The broker's and the router's clocks may go behind ours. */
    private static final Duration CLOCKS_APART_MAX = Duration.ofMinutes(5);

    private static final Duration TALLY_WAIT_MAX = Duration.ofSeconds(30);
    private static final Duration TALLY_LOOK = Duration.ofMillis(20);

    private final Path folder;
    private final FileStore store;
    private final BulkJob.Topics topics;
    private final Map<String, String> kafka;
    private final BatchLog log;
    private final Board board;
    private final Cancellations cancellations;
    private final GatewayLimits limits;
    private final InstantSource clock;
    private final Map<String, Batch> open = new ConcurrentHashMap<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final ExecutorService threads;

    BatchRunner(
            GatewaySettings settings,
            BulkJob.Topics topics,
            FileStore store,
            Board board,
            Cancellations cancellations,
            InstantSource clock) {
        this.cancellations = cancellations;
        this.folder = settings.folder().resolve("batches");
        this.store = store;
        this.topics = topics;
        this.kafka = settings.pipeline().kafka().common();
        this.log = new BatchLog(topics, kafka);
        this.board = board;
        this.limits = settings.limits();
        this.clock = clock;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(
                limits.batchesRunningMax(), task -> new Thread(task, "batch-runner-" + number.incrementAndGet()));
    }

    /** Takes up what is not over and was begun here. */
    void resume() {
        for (Batch batch : board.batches()) {
            String file = batch.origin().file();
            if (file == null || batch.phase().isOver()) {
                continue;
            }
            if (store.find(file) == null && !Files.exists(input(batch))) {
                LOG.warn("batch {} is not over, but its file {} is not here; is this its gateway?", batch.job(), file);
                continue;
            }
            LOG.info("batch {} goes on", batch.job());
            begin(batch);
        }
    }

    /** Makes a batch known, durably, and begins it. */
    void create(Batch batch) {
        // What the topic has shown by now need not be kept beside it.
        open.values().removeIf(known -> known.phase().isOver() && known.equals(board.batch(known.job())));
        long now =
                open.values().stream().filter(known -> !known.phase().isOver()).count();
        if (now >= limits.batchesOpenMax()) {
            throw HttpProblem.tooMany("there are %d batches that are not over, which is the most; wait for one"
                    .formatted(limits.batchesOpenMax()));
        }
        log.write(batch, null);
        begin(batch);
    }

    /** The latest that is known of a batch, which may be a moment ahead of the topic. */
    @Nullable
    Batch find(String id) {
        Batch running = open.get(id);
        return running != null ? running : board.batch(id);
    }

    /** All that are known, as {@link #find} has them. */
    Collection<Batch> all() {
        Map<String, Batch> all = new HashMap<>();
        board.batches().forEach(batch -> all.put(batch.job(), batch));
        all.putAll(open);
        return all.values();
    }

    @Override
    public void close() {
        stopping.set(true);
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("a batch did not stop in time; it goes on at the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }

    private void begin(Batch batch) {
        open.put(batch.job(), batch);
        threads.execute(() -> {
            if (stopping.get()) {
                return;
            }
            try {
                run(batch.job());
            } catch (IOException | RuntimeException e) {
                LOG.error("batch {} cannot go on now; it is taken up at the next start", batch.job(), e);
            }
        });
    }

    private void run(String id) throws IOException {
        Batch batch = current(id);
        if (batch.requests() == 0) {
            batch = validate(batch);
        }
        if (batch.phase().isOver()) {
            over(batch);
            return;
        }
        Path work = folder.resolve(id);
        BulkJob job = new BulkJob(
                id,
                PromptFile.of(input(batch)),
                work.resolve("output.jsonl"),
                work.resolve("errors.jsonl"),
                BulkJob.Form.FULL,
                null,
                batch.createdAt().minus(CLOCKS_APART_MAX),
                topics,
                kafka);
        AtomicBoolean said = new AtomicBoolean();
        BulkRun run = new BulkRun(
                job,
                progress -> {
                    // A job is cancelled up to a moment, so it is said again when the last line is sent.
                    if (progress.inputEnded() && isCancelling(id) && said.compareAndSet(false, true)) {
                        cancellations.job(id, "cancelled at the gateway");
                    }
                },
                stopping::get,
                clock);
        run.run();
        if (run.finished()) {
            finish(id, job);
        }
    }

    /** Checks the file and writes what is sent; the batch is in progress after that, or failed. */
    private Batch validate(Batch batch) throws IOException {
        Files.createDirectories(input(batch).getParent());
        FileStore.Stored file = store.find(String.valueOf(batch.origin().file()));
        Instant now = clock.instant();
        if (file == null) {
            var gone = new Batch.Problem(
                    "file_not_found", "the file was deleted before the batch began", "input_file_id", 0);
            return change(batch.job(), known -> known.failed(List.of(gone), now));
        }
        BatchFile.Checked checked =
                new BatchFile(batch, limits, topics.recordBytesMax()).write(store.data(file), input(batch));
        return change(
                batch.job(),
                known -> checked.problems().isEmpty()
                        ? known.sent(checked.requests(), now)
                        : known.failed(checked.problems(), now));
    }

    /** It is over once all of its requests have ended, which those in work may do with a text. */
    Batch cancel(String id) {
        return change(id, known -> known.to(Phase.CANCELLING, clock.instant()));
    }

    private boolean isCancelling(String id) {
        Batch batch = open.get(id);
        return batch != null && batch.phase() == Phase.CANCELLING;
    }

    private void finish(String id, BulkJob job) throws IOException {
        Instant now = clock.instant();
        Batch batch = change(id, known -> known.to(Phase.FINALIZING, now));
        ErrorLines errors = ErrorLines.write(job.errors(), job.errors().resolveSibling("errors.final.jsonl"));
        Batch.Results results =
                new Batch.Results(keep(batch, job.output(), "output"), keep(batch, errors.file(), "errors"));
        switch (new FullTally(() -> board.tally(id), stopping::get, clock, TALLY_WAIT_MAX, BatchRunner::pause)
                .await(batch.requests())) {
            case COUNTED -> LOG.debug("all {} requests of batch {} are counted", batch.requests(), id);
            case OVERDUE ->
                LOG.warn(
                        "batch {} ends though the router counted fewer than its {} requests; is a request on"
                                + " the dead letters?",
                        id,
                        batch.requests());
            case STOPPED -> {
                // Finishing again at the next start makes the same files.
                return;
            }
        }
        over(change(id, known -> {
            Phase end = known.phase() == Phase.CANCELLING
                    ? Phase.CANCELLED
                    : errors.expired() > 0 ? Phase.EXPIRED : Phase.COMPLETED;
            return known.over(end, results, now);
        }));
    }

    private static void pause() {
        LockSupport.parkNanos(TALLY_LOOK.toNanos());
    }

    /** Its id follows from the batch, so that finishing twice makes one file. */
    private @Nullable String keep(Batch batch, Path from, String what) throws IOException {
        if (!Files.exists(from) || Files.size(from) == 0) {
            return null;
        }
        String id = "file-" + Ids.of(batch.job() + "/" + what);
        try (FileStore.Arrival arrival = store.arrive();
                InputStream in = Files.newInputStream(from)) {
            arrival.write(in, Long.MAX_VALUE);
            arrival.keep(id, batch.tenant(), batch.job() + "_" + what + ".jsonl", "batch_output", clock.instant());
        }
        return id;
    }

    private void over(Batch batch) throws IOException {
        FileStore.delete(folder.resolve(batch.job()));
    }

    /** One change after the other; whoever was cancelled stays so until it is over. */
    private synchronized Batch change(String id, UnaryOperator<Batch> step) {
        Batch known = current(id);
        Batch next = step.apply(known);
        if (known.phase() == Phase.CANCELLING && !next.phase().isOver()) {
            next = next.to(Phase.CANCELLING, clock.instant());
        }
        log.write(next, board.tally(id));
        open.put(id, next);
        return next;
    }

    private Batch current(String id) {
        Batch batch = find(id);
        if (batch == null) {
            throw new IllegalStateException("batch " + id + " is not known any more");
        }
        return batch;
    }

    /** Under the name of the uploaded file, because messages name it. */
    private Path input(Batch batch) {
        String name = batch.origin().name();
        return folder.resolve(batch.job()).resolve("input").resolve(name.endsWith(JSONL) ? name : name + JSONL);
    }
}
