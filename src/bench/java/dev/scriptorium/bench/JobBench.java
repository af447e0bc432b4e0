package dev.scriptorium.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.model.LlamaModel;
import dev.scriptorium.worker.ServedModel;
import dev.scriptorium.worker.Shortcuts;
import dev.scriptorium.worker.Worker;
import dev.scriptorium.worker.WorkerCounts;
import dev.scriptorium.worker.WorkerLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Whole jobs through one worker, without Kafka: what shortcuts save, how full the batch is, and what the worker alone
 * makes of a job that also went through the pipeline. How to run it is in docs/performance.md.
 */
public final class JobBench {
    private static final int SEQUENCES = 32;
    private static final int STEP_TOKENS = 128;

    private JobBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 2) {
            System.err.println("usage: JobBench sharing MODEL | guesses MODEL [TOKENS,STEP_TOKENS …] | batch MODEL\n"
                    + "  | write MODEL FILE PROMPTS | alone MODEL FILE | read FILE");
            System.exit(2);
        }
        Path model = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "sharing" -> sharing(Checkpoint.load(model));
            case "guesses" -> guesses(Checkpoint.load(model), List.of(arguments).subList(2, arguments.length));
            case "batch" -> batch(Checkpoint.load(model));
            case "write" ->
                Files.write(
                        Path.of(arguments[2]),
                        Jobs.lines(Jobs.mixed(Checkpoint.load(model).tokenizer(), Integer.parseInt(arguments[3]))));
            case "alone" -> alone(Checkpoint.load(model), Path.of(arguments[2]));
            case "read" -> System.out.println(Jobs.span(Files.readAllLines(model)));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** 20 templates of 300 tokens with 1,000 seeds of 12 words, 64 tokens of output; twice each, in turns. */
    private static void sharing(LoadedCheckpoint checkpoint) throws InterruptedException {
        List<Jobs.Line> job = Jobs.templates(checkpoint.tokenizer(), 20, 300, 1000, 64);
        Shortcuts shared = Shortcuts.DEFAULT.withGuesses(0);
        run(checkpoint, job.subList(0, 100), shared, SEQUENCES);
        for (int round = 0; round < Integer.getInteger("rounds", 2); round++) {
            print("nothing shared", run(checkpoint, job, Shortcuts.NONE, SEQUENCES));
            print("beginnings shared", run(checkpoint, job, shared, SEQUENCES));
        }
    }

    /**
     * Texts of few sequences with guesses and without, for a task that repeats its prompt and for one that does not.
     */
    private static void guesses(LoadedCheckpoint checkpoint, List<String> settings) throws InterruptedException {
        List<Jobs.Line> job = Jobs.mixed(checkpoint.tokenizer(), 48);
        run(checkpoint, job, Shortcuts.DEFAULT, 4);
        for (int sequences : new int[] {1, 2, 4, 8, 32}) {
            print(
                    sequences + " sequences, no guesses",
                    run(checkpoint, job, Shortcuts.DEFAULT.withGuesses(0), sequences));
            for (String setting : settings) {
                String[] parts = setting.split(",", 2);
                Shortcuts shortcuts = new Shortcuts(true, true, Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
                print(sequences + " sequences, guesses " + setting, run(checkpoint, job, shortcuts, sequences));
            }
        }
    }

    private static void batch(LoadedCheckpoint checkpoint) throws InterruptedException {
        List<Jobs.Line> job = Jobs.mixed(checkpoint.tokenizer(), 1000);
        print("mixed lengths", run(checkpoint, job, Shortcuts.DEFAULT, SEQUENCES));
    }

    private static void alone(LoadedCheckpoint checkpoint, Path file) throws IOException, InterruptedException {
        print("worker alone", run(checkpoint, Jobs.read(Files.readAllLines(file)), Shortcuts.DEFAULT, SEQUENCES));
    }

    /** @param full share of the steps with a full batch while somebody waited for a place */
    private record Result(
            WorkerCounts counts,
            double seconds,
            double cpuSeconds,
            long promptTokens,
            long outputTokens,
            double full) {}

    private static void print(String what, Result result) {
        WorkerCounts counts = result.counts();
        System.out.printf(
                Locale.ROOT,
                "%-34s %7.1f s (%.1f s of processors) %8.0f tokens/s (%,d prompt, %,d output); %,d passed, %,d from"
                        + " the cache; %,d steps, full %.1f%%; %,d preempted; %,d of %,d guesses right%n",
                what,
                result.seconds(),
                result.cpuSeconds(),
                (result.promptTokens() + result.outputTokens()) / result.seconds(),
                result.promptTokens(),
                result.outputTokens(),
                counts.prefillTokens() + counts.generatedTokens(),
                counts.cachedTokens(),
                counts.steps(),
                100 * result.full(),
                counts.preemptions(),
                counts.acceptedTokens(),
                counts.guessedTokens());
    }

    private static Result run(LoadedCheckpoint checkpoint, List<Jobs.Line> job, Shortcuts shortcuts, int sequences)
            throws InterruptedException {
        int context = checkpoint.config().contextLength();
        long cacheTokens = Math.min(
                (long) sequences * Math.min(context, 2048),
                (Runtime.getRuntime().maxMemory() / 2) / LlamaModel.cacheBytesPerToken(checkpoint.config()));
        try (ComputeTeam team = new ComputeTeam(Integer.getInteger("threads", 2))) {
            LlamaModel model = new LlamaModel(
                    checkpoint.config(),
                    checkpoint.weights(),
                    KernelChoice.of(KernelChoice.MachineFacts.here()).kernels(),
                    team,
                    (int) Math.max(context, cacheTokens));
            ServedModel served = new ServedModel(
                    model,
                    checkpoint.tokenizer(),
                    checkpoint.chat(),
                    Sampling.UNSAID,
                    checkpoint.endIds(),
                    new Provenance("bench", checkpoint.digest(), "bench"));
            WorkerLimits limits =
                    new WorkerLimits(sequences, STEP_TOKENS, (long) (sequences + 16) * context, shortcuts);
            try (Worker worker = new Worker(served, limits, "bench", InstantSource.system(), JobBench::die)) {
                worker.start();
                return measure(worker, job);
            }
        }
    }

    private static Result measure(Worker worker, List<Jobs.Line> job) throws InterruptedException {
        CountDownLatch open = new CountDownLatch(job.size());
        AtomicLong promptTokens = new AtomicLong();
        AtomicLong outputTokens = new AtomicLong();
        long start = System.nanoTime();
        long cpuStart = processorNanos();
        for (Jobs.Line line : job) {
            Assignment assignment = new Assignment(prompt(line), "bench", 1, Instant.EPOCH);
            while (!worker.offer(assignment, outcome -> {
                note(outcome, promptTokens, outputTokens);
                open.countDown();
            })) {
                LockSupport.parkNanos(200_000);
            }
        }
        WorkerCounts busy = worker.counts();
        while (busy.waiting() > 0) {
            LockSupport.parkNanos(200_000);
            busy = worker.counts();
        }
        open.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        double full = (double) busy.fullSteps() / Math.max(1, busy.steps());
        double cpuSeconds = (processorNanos() - cpuStart) / 1e9;
        return new Result(worker.counts(), seconds, cpuSeconds, promptTokens.get(), outputTokens.get(), full);
    }

    /** What the whole process used; on a busy machine it says more than the time on the wall. */
    private static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static Prompt prompt(Jobs.Line line) {
        return new Prompt(
                new RequestId("bench", line.id()),
                Dialect.PLAIN,
                "default",
                "bench",
                new Input.Text(line.prompt()),
                new Sampling(line.maxTokens(), null, line.temperature(), null, null, null, null, null, null, 7L, null),
                Priority.BULK,
                null,
                Map.of(),
                line.id());
    }

    private static void note(Outcome outcome, AtomicLong promptTokens, AtomicLong outputTokens) {
        if (outcome instanceof Completion completion) {
            promptTokens.addAndGet(completion.usage().promptTokens());
            outputTokens.addAndGet(completion.usage().completionTokens());
        } else {
            System.err.println(outcome);
        }
    }

    private static void die(Throwable cause) {
        cause.printStackTrace();
        System.exit(1);
    }
}
