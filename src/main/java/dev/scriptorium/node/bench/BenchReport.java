package dev.scriptorium.node.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What a run of the benchmark found.
 *
 * @param model what was run
 * @param kernels which kernels, and why
 * @param threads that computed
 * @param heapBytes what the heap holds after all rows, garbage taken away
 * @param weightBytes what of it the weights are
 * @param fmaLimit f32 operations a second that the machine reached in this run, two an fma
 * @param memoryLimit bytes a second that it read
 */
record BenchReport(
        String model,
        String kernels,
        int threads,
        @JsonProperty("heap_bytes") long heapBytes,
        @JsonProperty("weight_bytes") long weightBytes,
        @JsonProperty("fma_limit_flops") double fmaLimit,
        @JsonProperty("memory_limit_bytes_per_second") double memoryLimit,
        List<Row> rows) {
    /**
     * One kind of work.
     *
     * @param work {@code prompt} or {@code decode}
     * @param sequences at once
     * @param tokensPerSecond median of the runs, all sequences together
     * @param least of the runs
     * @param most of the runs
     * @param shareOfFmaLimit operations of the model's products a second, over what the machine can do
     * @param shareOfMemoryLimit bytes of weights a second, each read once a step, over what the machine can read
     */
    record Row(
            String work,
            int sequences,
            @JsonProperty("tokens_per_second") double tokensPerSecond,
            @JsonProperty("tokens_per_second_least") double least,
            @JsonProperty("tokens_per_second_most") double most,
            @JsonProperty("share_of_fma_limit") double shareOfFmaLimit,
            @JsonProperty("share_of_memory_limit") double shareOfMemoryLimit) {}

    void print(PrintStream out) {
        out.printf(Locale.ROOT, "%s, %d threads, %s%n", model, threads, kernels);
        out.printf(
                Locale.ROOT,
                "this machine in the same run: %.0f GFLOP/s of f32 fma, %.1f GB/s of memory reads%n",
                fmaLimit / 1e9,
                memoryLimit / 1e9);
        out.printf(
                Locale.ROOT,
                "weights %,d MB, heap in use after all rows %,d MB%n%n",
                weightBytes / 1_000_000,
                heapBytes / 1_000_000);
        out.println("work     sequences  tokens/s  (least - most)     of fma limit  of memory limit");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-8s %9d  %8.1f  (%.1f - %.1f)%s  %11.0f%%  %14.0f%%%n",
                    row.work(),
                    row.sequences(),
                    row.tokensPerSecond(),
                    row.least(),
                    row.most(),
                    " "
                            .repeat(Math.max(
                                    0,
                                    14
                                            - String.format(Locale.ROOT, "%.1f%.1f", row.least(), row.most())
                                                    .length())),
                    100 * row.shareOfFmaLimit(),
                    100 * row.shareOfMemoryLimit());
        }
    }
}
