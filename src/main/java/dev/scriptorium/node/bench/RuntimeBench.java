package dev.scriptorium.node.bench;

import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.kernel.MachineLimits;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaModel;
import dev.scriptorium.model.LlamaWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The model alone: a prompt in one step, and steps of one token for several sequences after a common prefix. Before
 * each run the machine's limits are measured; a row and its limits so share the machine's moods.
 */
final class RuntimeBench {
    static final int PROMPT_TOKENS = 512;
    static final int PREFIX_TOKENS = 64;

    /** Steps of one run, and before the first of them what the compiler needs. */
    private static final int STEPS = 8;

    private static final int WARM_LIMITS = 20;
    private static final int WARM_STEPS_MAX = 400;
    private static final long WARM_NANOS = 6_000_000_000L;

    private final LlamaConfig config;
    private final LlamaModel model;
    private final MachineLimits limits;
    private final int runs;
    private final Consumer<String> progress;
    private final double multiplyAdds; // of all products for one token
    private final long weightBytes; // read in one step
    private final List<Double> fmaLimits = new ArrayList<>();
    private final List<Double> memoryLimits = new ArrayList<>();

    /** @param progress gets a line whenever something is done */
    RuntimeBench(
            LlamaConfig config,
            LlamaWeights weights,
            KernelChoice choice,
            ComputeTeam team,
            int sequencesMax,
            int runs,
            Consumer<String> progress) {
        this.config = config;
        int cacheTokens =
                Math.max(PROMPT_TOKENS + 16, sequencesMax * (PREFIX_TOKENS + WARM_STEPS_MAX + STEPS * (runs + 1)));
        this.model = new LlamaModel(config, weights, choice.kernels(), team, cacheTokens);
        this.limits = new MachineLimits(team);
        for (int i = 0; i < WARM_LIMITS; i++) { // the compiler must have seen these loops too
            limits.multiplyAdds();
            limits.readBytes();
        }
        this.runs = runs;
        this.progress = progress;
        List<Matrix> products = products(weights);
        this.multiplyAdds = products.stream()
                .mapToDouble(m -> (double) m.rows() * m.columns())
                .sum();
        this.weightBytes = products.stream().mapToLong(Matrix::bytes).sum();
    }

    private static List<Matrix> products(LlamaWeights weights) {
        List<Matrix> all = new ArrayList<>();
        for (LlamaWeights.Layer layer : weights.layers()) {
            all.addAll(List.of(layer.query(), layer.key(), layer.value(), layer.attentionOutput()));
            all.addAll(List.of(layer.gate(), layer.up(), layer.down()));
        }
        all.add(weights.output());
        return all;
    }

    long weightBytes() {
        return weightBytes;
    }

    double fmaLimit() {
        return median(fmaLimits);
    }

    double memoryLimit() {
        return median(memoryLimits);
    }

    private static double median(List<Double> values) {
        return values.stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .skip(values.size() / 2)
                .findFirst()
                .orElse(0);
    }

    /** A prompt of 512 tokens in one step, with logits after the last. */
    BenchReport.Row prompt() {
        int[] ids = ids(0, Math.min(PROMPT_TOKENS, config.contextLength()));
        long end = System.nanoTime() + WARM_NANOS;
        do {
            prompt(ids);
        } while (System.nanoTime() < end);
        double[] rates = new double[runs];
        for (int run = 0; run < runs; run++) {
            measureLimits();
            rates[run] = ids.length / prompt(ids);
        }
        return row("prompt", 1, rates, ids.length);
    }

    private double prompt(int[] ids) {
        try (CachedSequence sequence = model.open(ids.length)) {
            long start = System.nanoTime();
            model.forward(List.of(Chunk.of(sequence, ids, true)));
            return (System.nanoTime() - start) / 1e9;
        }
    }

    /** Steps of one token for each of so many sequences. */
    BenchReport.Row decode(int sequences) {
        List<CachedSequence> open = new ArrayList<>();
        try {
            int tokensMax = Math.min(config.contextLength(), PREFIX_TOKENS + WARM_STEPS_MAX + STEPS * (runs + 1));
            int[] prefix = ids(1, Math.min(PREFIX_TOKENS, config.contextLength() / 2));
            for (int i = 0; i < sequences; i++) {
                CachedSequence sequence = model.open(tokensMax);
                open.add(sequence);
                int shared = sequence.reuse(prefix, prefix.length);
                model.forward(List.of(Chunk.of(sequence, Arrays.copyOfRange(prefix, shared, prefix.length), false)));
            }
            int steps = 0;
            long end = System.nanoTime() + WARM_NANOS;
            do {
                step(open, steps++);
            } while (System.nanoTime() < end && steps + STEPS * (runs + 1) + prefix.length < tokensMax);
            double[] rates = new double[runs];
            for (int run = 0; run < runs; run++) {
                measureLimits();
                long start = System.nanoTime();
                for (int i = 0; i < STEPS; i++) {
                    step(open, steps++);
                }
                rates[run] = STEPS * sequences / ((System.nanoTime() - start) / 1e9);
            }
            return row("decode", sequences, rates, sequences);
        } finally {
            open.forEach(CachedSequence::close);
        }
    }

    private void step(List<CachedSequence> open, int number) {
        List<Chunk> chunks = new ArrayList<>(open.size());
        for (int i = 0; i < open.size(); i++) {
            chunks.add(Chunk.of(open.get(i), ids(number * 67 + i, 1), true));
        }
        model.forward(chunks);
    }

    private int[] ids(int seed, int count) {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) ((seed * 7919L + i * 104_729L) % config.vocabularySize());
        }
        return ids;
    }

    private void measureLimits() {
        fmaLimits.add(limits.multiplyAdds());
        memoryLimits.add(limits.readBytes());
    }

    private BenchReport.Row row(String work, int sequences, double[] rates, int tokensAStep) {
        Arrays.sort(rates);
        double rate = rates[runs / 2];
        BenchReport.Row row = new BenchReport.Row(
                work,
                sequences,
                rate,
                rates[0],
                rates[runs - 1],
                2 * multiplyAdds * rate / median(fmaLimits.subList(fmaLimits.size() - runs, fmaLimits.size())),
                weightBytes
                        * rate
                        / tokensAStep
                        / median(memoryLimits.subList(memoryLimits.size() - runs, memoryLimits.size())));
        progress.accept("%s, %d sequences: %.1f tokens/s".formatted(work, sequences, rate));
        return row;
    }
}
