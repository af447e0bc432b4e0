package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vectors are objects until C2 has seen the loops, so steady are the windows after that. Each measurement has a JVM to
 * itself, as a worker has: what C2 makes of a loop depends on what ran before, and tests run every kind of kernel.
 */
class ForwardGarbageTest {
    private static final int STEPS = 5;
    /** A busy machine compiles slowly. */
    private static final long COMPILING_NANOS_MAX = 120_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aForwardPassMakesNoGarbageInTheSteadyState(int sequences) throws Exception {
        // Given
        Stream<String> java = Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-javaagent"));
        Stream<String> program = Stream.of(
                "-cp", System.getProperty("java.class.path"), getClass().getName(), String.valueOf(sequences));
        List<String> command =
                Stream.of(java, flags, program).flatMap(words -> words).toList();

        // When
        String bytes = said(command);

        // Then
        assertThat(bytes).as("bytes of the last %d steps", STEPS).isEqualTo("0");
    }

    private static String said(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /** Prints the bytes that some steps allocated, once that is nothing or the time is over. */
    static void main(String[] args) {
        int sequences = Integer.parseInt(args[0]);
        Kernels kernels = KernelChoice.of(KernelChoice.MachineFacts.here()).kernels();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (ComputeTeam team = new ComputeTeam(1)) {
            LlamaWeights weights = TinyModel.withFourBits(TinyModel.CONFIG, 1);
            LlamaModel model = new LlamaModel(TinyModel.CONFIG, weights, kernels, team, 400);
            List<CachedSequence> open = new ArrayList<>();
            List<Chunk> step = new ArrayList<>();
            for (int i = 0; i < sequences; i++) {
                CachedSequence sequence = model.open(64);
                open.add(sequence);
                model.forward(List.of(Chunk.of(sequence, new int[] {1 + i, 2, 3}, false)));
                step.add(Chunk.of(sequence, new int[] {4}, true));
            }
            long deadline = System.nanoTime() + COMPILING_NANOS_MAX;
            long bytes;
            do {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < STEPS; i++) {
                    model.forward(step);
                    for (int j = 0; j < sequences; j++) { // an iterator would be garbage
                        open.get(j).truncate(open.get(j).length() - 1);
                    }
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
            } while (bytes > 0 && System.nanoTime() < deadline);
            System.out.println(bytes);
        }
    }
}
