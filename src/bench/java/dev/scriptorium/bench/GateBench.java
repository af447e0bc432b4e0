package dev.scriptorium.bench;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.gate.Benchmarks;
import dev.scriptorium.dataset.gate.Gate;
import dev.scriptorium.dataset.gate.Gates;
import dev.scriptorium.dataset.near.MemoryNearStore;
import dev.scriptorium.dataset.near.NearIndex;
import dev.scriptorium.event.FinishReason;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * So many texts through the gates of a recipe in one thread: how many a second, what each gate costs, and what stays in
 * memory. How to run it is in docs/datasets.md.
 */
public final class GateBench {
    private static final long SEED = 20_261_124;
    private static final int VOCABULARY = 20_000;
    private static final int BENCHMARK_TEXTS = 1_000;
    private static final int RECENT = 1_000;
    private static final int WINDOW_ROWS = 20_000;
    private static final int WARM_UP_ROWS = 5_000;
    private static final int BLOCK_ROWS = 1_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<String> recent = new ArrayList<>();

    /** rows (a multiple of 10,000), words a row, and whether language is asked too: {@code 1000000 120 false}. */
    public static void main(String[] arguments) {
        int rows = Integer.parseInt(arguments[0]);
        int words = Integer.parseInt(arguments[1]);
        boolean language = Boolean.parseBoolean(arguments[2]);
        new GateBench().run(rows, words, language);
    }

    private void run(int rows, int words, boolean language) {
        GateSettings.NearDuplicates near = new GateSettings.NearDuplicates(5, 0.7, WINDOW_ROWS);
        List<Gate> gates = Gates.of(settings(language, near), benchmarks());
        MemoryNearStore store = new MemoryNearStore();
        NearIndex index = new NearIndex(near, store);
        Map<String, Long> nanos = new LinkedHashMap<>();
        Map<String, Long> refused = new LinkedHashMap<>();
        for (int row = -WARM_UP_ROWS; row < rows; row += BLOCK_ROWS) {
            if (row == 0) {
                nanos.clear();
                refused.clear();
            }
            List<Placed> block = new ArrayList<>();
            for (int i = 0; i < BLOCK_ROWS; i++) {
                Candidate candidate = new Candidate("", text(words), words + words / 3, FinishReason.STOP);
                block.add(new Placed(row + WARM_UP_ROWS + i, candidate));
            }
            judge(gates, index, block, nanos, refused);
            if (row >= 0 && (row + BLOCK_ROWS) % (rows / 10) == 0) {
                say(row + BLOCK_ROWS, store);
            }
        }
        double seconds = nanos.values().stream().mapToLong(Long::longValue).sum() / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%,d rows of %d words in %.1f s of one processor: %,.0f rows/s%n",
                rows,
                words,
                seconds,
                rows / seconds);
        nanos.forEach((gate, spent) -> System.out.printf(
                Locale.ROOT,
                "%-16s %7.1f µs a row, refused %,d%n",
                gate,
                spent / 1e3 / rows,
                refused.getOrDefault(gate, 0L)));
    }

    private record Placed(long slot, Candidate candidate) {}

    private static void say(int rows, MemoryNearStore store) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                Locale.ROOT,
                "%,9d rows  %6.1f MiB after collection  %,d texts remembered%n",
                rows,
                (runtime.totalMemory() - runtime.freeMemory()) / 1048576.0,
                store.size());
    }

    /** Of this thread, so that a busy machine gives the same figures. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void judge(
            List<Gate> gates, NearIndex index, List<Placed> block, Map<String, Long> nanos, Map<String, Long> refused) {
        long end = block.getLast().slot() + 1;
        long forgotten = block.getFirst().slot();
        List<Placed> left = block;
        for (Gate gate : gates) {
            long before = cpuNanos();
            List<Placed> passed = new ArrayList<>();
            for (Placed placed : left) {
                // Made-up words are in no language; what it costs to say so is the same.
                if (gate.judge(placed.candidate()).passed() || gate.name().equals("language")) {
                    passed.add(placed);
                }
            }
            nanos.merge(gate.name(), cpuNanos() - before, Long::sum);
            refused.merge(gate.name(), (long) left.size() - passed.size(), Long::sum);
            left = passed;
        }
        long before = cpuNanos();
        long alike = 0;
        for (Placed placed : left) {
            while (forgotten < placed.slot()) {
                index.forgetBefore(forgotten++);
            }
            String row = "row-" + placed.slot();
            alike += index.judge(row, placed.candidate().text(), placed.slot()).passed() ? 0 : 1;
        }
        while (forgotten < end) {
            index.forgetBefore(forgotten++);
        }
        nanos.merge("near_duplicates", cpuNanos() - before, Long::sum);
        refused.merge("near_duplicates", alike, Long::sum);
    }

    private static GateSettings settings(boolean language, GateSettings.NearDuplicates near) {
        List<String> blocked = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            blocked.add("forbidden" + i);
        }
        return new GateSettings(
                new GateSettings.Length(20, 4_000),
                new GateSettings.Finish(List.of(FinishReason.STOP)),
                new GateSettings.Repetition(3, 0.2),
                language ? new GateSettings.Language(List.of("en"), 0) : null,
                new GateSettings.Characters(List.of("latin"), 0.9),
                new GateSettings.Boilerplate(List.of("(?i)as an ai (language )?model", "(?i)^(sure|certainly)[,!]")),
                new GateSettings.Blocklist(blocked),
                null,
                new GateSettings.Decontamination(10, 0.5),
                null,
                false,
                near);
    }

    private Benchmarks benchmarks() {
        List<Benchmarks.Text> texts = new ArrayList<>();
        for (int i = 0; i < BENCHMARK_TEXTS; i++) {
            texts.add(new Benchmarks.Text("task-" + i, fresh(40)));
        }
        return new Benchmarks(10, texts);
    }

    /** One in fifty is almost one of those before. */
    private String text(int words) {
        if (recent.size() == RECENT && random.nextInt(50) == 0) {
            String again = recent.get(random.nextInt(RECENT));
            return again + " " + word();
        }
        String text = fresh(words);
        if (recent.size() < RECENT) {
            recent.add(text);
        } else {
            recent.set(random.nextInt(RECENT), text);
        }
        return text;
    }

    private String fresh(int words) {
        StringBuilder text = new StringBuilder(words * 8);
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(word());
        }
        return text.append('.').toString();
    }

    /** Common words are as common as in a language, roughly. */
    private String word() {
        double x = random.nextDouble();
        int rank = (int) (x * x * x * VOCABULARY);
        StringBuilder word = new StringBuilder();
        for (int rest = rank + 30; rest > 0; rest /= 21) {
            word.append((char) ('a' + rest % 21)).append("aeiou".charAt(rest % 5));
        }
        return word.toString();
    }
}
