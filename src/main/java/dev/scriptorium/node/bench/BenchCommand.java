package dev.scriptorium.node.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.checkpoint.random.ModelShape;
import dev.scriptorium.checkpoint.random.RandomModel;
import dev.scriptorium.checkpoint.weights.RowEncoder;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.node.models.BytesDisplay;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How fast the runtime is here. */
@Command(
        name = "bench",
        description = "Measures the runtime on this machine: a prompt of 512 tokens, and decoding with several"
                + " sequences, beside the machine's own limits. Runs alone on the machine or measures the neighbours.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
    private static final int SEQUENCES_MAX = 512;

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "FOLDER|FILE", description = "A Hugging Face folder or a GGUF file.")
    private @Nullable Path model;

    @Option(
            names = "--like",
            paramLabel = "MODEL",
            defaultValue = "cosmo-1b",
            description = "Without --model: random weights of this shape, in a file that is deleted again."
                    + " Default: ${DEFAULT-VALUE}")
    private String like = "cosmo-1b";

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "q8_0",
            description = "Type of the random weights: q8_0, q4_0, bf16, … Default: ${DEFAULT-VALUE}")
    private String weights = "q8_0";

    @Option(
            names = "--sequences",
            paramLabel = "N,…",
            split = ",",
            defaultValue = "1,4,8,16,32,64",
            description = "How many decode at once, one row each. Default: ${DEFAULT-VALUE}")
    private List<Integer> sequences = List.of();

    @Option(names = "--no-prompt", negatable = true, description = "Leave the prompt out, for a short run.")
    private boolean prompt = true;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "Of each row; the median is told.")
    private int runs = 5;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one a processor.")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "Print JSON in the place of a table.")
    private boolean json;

    public BenchCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        for (int count : sequences) {
            require(count >= 1 && count <= SEQUENCES_MAX, "--sequences has " + count + "; each must be 1 to 512");
        }
        require(runs >= 1 && runs <= 100, "--runs is " + runs + "; must be 1 to 100");
        KernelChoice.MachineFacts facts = KernelChoice.MachineFacts.here();
        require(
                facts.vectorModule(),
                "the Vector API is not loaded; start the JVM with --add-modules" + " jdk.incubator.vector");
        try (Shutdown.Guard _ = shutdown.guard()) {
            Path file = model;
            BenchReport report = file != null ? run(String.valueOf(file.getFileName()), file) : runRandom();
            print(report);
            return ExitCode.OK.code();
        } catch (CancellationException e) {
            System.err.println("stopped; nothing was left behind");
            return ExitCode.INTERRUPTED.code();
        }
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private void print(BenchReport report) throws JsonProcessingException {
        if (json) {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
        } else {
            report.print(System.out);
        }
    }

    private BenchReport runRandom() throws IOException {
        ModelShape shape = ModelShape.named(like);
        if (shape == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--like is '" + like + "', but these shapes are known: " + ModelShape.spellings());
        }
        WeightType type = WeightType.named(weights);
        if (type == null || !RowEncoder.TYPES.contains(type)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--weights is '" + weights + "', but these types can be written: " + RowEncoder.spellings());
        }
        Path folder = Files.createTempDirectory("scriptorium-bench");
        Path file = folder.resolve(like + "-" + weights + ".gguf");
        try {
            RandomModel random = new RandomModel(shape, type, 0);
            boolean interactive = System.console() != null;
            try (BytesDisplay display =
                    new BytesDisplay("random weights", random.tensorBytes(), System.err, interactive, clock)) {
                random.write(file, done -> {
                    checkStopped();
                    display.show(done);
                });
            }
            return run("random " + like + ", " + weights, file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private BenchReport run(String name, Path file) {
        System.err.println("loading " + file);
        long start = System.nanoTime();
        LoadedCheckpoint checkpoint = Checkpoint.load(file);
        System.err.printf("loaded in %.1f s%n", (System.nanoTime() - start) / 1e9);
        KernelChoice choice = KernelChoice.of(KernelChoice.MachineFacts.here());
        int count = threads != null ? threads : Runtime.getRuntime().availableProcessors();
        int most = sequences.stream().mapToInt(Integer::intValue).max().orElse(1);
        try (ComputeTeam team = new ComputeTeam(count)) {
            RuntimeBench bench = new RuntimeBench(
                    checkpoint.config(), checkpoint.weights(), choice, team, most, runs, this::progress);
            List<BenchReport.Row> rows = new ArrayList<>();
            if (prompt) {
                rows.add(bench.prompt());
            }
            for (int each : sequences) {
                rows.add(bench.decode(each));
            }
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return new BenchReport(
                    name,
                    choice.reason(),
                    count,
                    runtime.totalMemory() - runtime.freeMemory(),
                    bench.weightBytes(),
                    bench.fmaLimit(),
                    bench.memoryLimit(),
                    rows);
        }
    }

    private void progress(String line) {
        System.err.println(line);
        checkStopped();
    }

    private void checkStopped() {
        if (shutdown.isRequested()) {
            throw new CancellationException("stopped");
        }
    }
}
