package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors are objects until C2 has seen the loops, so steady are the windows after that. */
class ForwardGarbageTest {
    /** One for all: the loops are compiled for each object, and callers of two compile neither into themselves. */
    private static final Kernels KERNELS =
            KernelChoice.of(KernelChoice.MachineFacts.here()).kernels();

    private static final int STEPS = 5;
    /** A busy machine compiles slowly. */
    private static final long COMPILING_NANOS_MAX = 120_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aForwardPassMakesNoGarbageInTheSteadyState(int sequences) {
        // Given
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (ComputeTeam team = new ComputeTeam(1)) {
            LlamaModel model =
                    new LlamaModel(TinyModel.CONFIG, TinyModel.weights(TinyModel.CONFIG, 1), KERNELS, team, 400);
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

            // When
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

            // Then
            assertThat(bytes).as("bytes of the last %d steps", STEPS).isZero();
        }
    }
}
