package dev.scriptorium.node.models;

import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a model needs against what there is, known before anything of its size is allocated. Weights and key/value cache
 * live on the heap.
 *
 * @param weightBytes heap that the weights will take
 * @param contextBytes heap that keys and values of one whole context will take, the least that a worker needs
 * @param contextTokens positions of that context
 * @param machine what there is
 */
public record MemoryCheck(long weightBytes, long contextBytes, int contextTokens, Machine machine) {
    /** Heap that is left for Kafka's clients, activations and the garbage collector. */
    public static final long RESERVE_BYTES = 384L << 20;

    private static final long MEBIBYTE = 1 << 20;

    /**
     * Memory of this process and of what it runs in.
     *
     * @param heapFreeBytes what the heap may still come to hold
     * @param heapMaxBytes most that the heap may grow to
     * @param machineBytes of the machine, or of the container as far as the JVM knows it
     * @param containerBytes limit of the control group, or null without one
     */
    public record Machine(
            long heapFreeBytes,
            long heapMaxBytes,
            long machineBytes,
            @Nullable Long containerBytes) {
        private static final List<Path> LIMIT_FILES = List.of(
                Path.of("/sys/fs/cgroup/memory.max"), // version 2
                Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes")); // version 1

        public static Machine here() {
            Runtime runtime = Runtime.getRuntime();
            long used = runtime.totalMemory() - runtime.freeMemory();
            long machine = ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean bean
                    ? bean.getTotalMemorySize()
                    : Long.MAX_VALUE;
            return new Machine(runtime.maxMemory() - used, runtime.maxMemory(), machine, limit(LIMIT_FILES));
        }

        /** The first limit that one of the files states; version 1 writes a huge number for none, version 2 a word. */
        static @Nullable Long limit(List<Path> files) {
            for (Path file : files) {
                try {
                    long bytes = Long.parseLong(Files.readString(file).strip());
                    if (bytes < Long.MAX_VALUE / 2) {
                        return bytes;
                    }
                } catch (IOException | NumberFormatException e) {
                    // No such file, or the word "max": there is no limit of this kind.
                }
            }
            return null;
        }

        String text() {
            String container = containerBytes == null ? "" : ", container limit " + mib(containerBytes);
            return "heap of " + mib(heapMaxBytes) + " with " + mib(heapFreeBytes) + " free (machine "
                    + mib(machineBytes) + container + ")";
        }
    }

    public static MemoryCheck of(CheckpointFiles files, WeightPlan plan) {
        LlamaConfig config = files.contents().config();
        long context = LlamaModel.cacheBytesPerToken(config) * config.contextLength();
        return new MemoryCheck(files.weights().heapBytes(plan), context, config.contextLength(), Machine.here());
    }

    public long neededBytes() {
        return weightBytes + contextBytes + RESERVE_BYTES;
    }

    public boolean fits() {
        return neededBytes() <= machine.heapFreeBytes;
    }

    /** Need and supply in one sentence. */
    public String text() {
        return "needs " + mib(neededBytes()) + ": weights " + mib(weightBytes) + ", keys and values of one context of "
                + contextTokens + " tokens " + mib(contextBytes) + ", everything else " + mib(RESERVE_BYTES)
                + "; there is a " + machine.text();
    }

    /** What can be done where it does not fit. */
    public String advice() {
        return "give the JVM more with SCRIPTORIUM_JAVA_OPTIONS=-Xmx"
                + Math.ceilDiv(neededBytes() + machine.heapMaxBytes - machine.heapFreeBytes, MEBIBYTE)
                + "m where the machine has it, or convert with --weights q8_0 or q4_0";
    }

    /** @throws IllegalStateException with both numbers if it does not fit */
    public void require(String model) {
        if (!fits()) {
            throw new IllegalStateException("model '" + model + "' does not fit: it " + text() + "; " + advice());
        }
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", Math.ceilDiv(bytes, MEBIBYTE));
    }
}
