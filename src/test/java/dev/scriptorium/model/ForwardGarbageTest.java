package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors are objects until C2 has seen the loops, so steady are the windows after that. */
class ForwardGarbageTest {
    private static final int STEPS = 5;
    private static final int WINDOWS_MAX = 3_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aForwardPassMakesNoGarbageInTheSteadyState(int sequences) {
        // Given
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        KernelChoice choice = KernelChoice.of(KernelChoice.MachineFacts.here());
        try (ComputeTeam team = new ComputeTeam(1)) {
            LlamaModel model = new LlamaModel(
                    TinyModel.CONFIG, TinyModel.weights(TinyModel.CONFIG, 1), choice.kernels(), team, 400);
            List<CachedSequence> open = new ArrayList<>();
            List<Chunk> step = new ArrayList<>();
            for (int i = 0; i < sequences; i++) {
                CachedSequence sequence = model.open(64);
                open.add(sequence);
                model.forward(List.of(Chunk.of(sequence, new int[] {1 + i, 2, 3}, false)));
                step.add(Chunk.of(sequence, new int[] {4}, true));
            }
            long[] bytes = new long[WINDOWS_MAX];
            int windows = 0;

            // When
            do {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < STEPS; i++) {
                    model.forward(step);
                    for (CachedSequence sequence : open) {
                        sequence.truncate(sequence.length() - 1);
                    }
                }
                bytes[windows] = threads.getCurrentThreadAllocatedBytes() - before;
            } while (bytes[windows++] > 0 && windows < WINDOWS_MAX);

            // Then
            assertThat(bytes[windows - 1])
                    .as(
                            "bytes of the last windows: %s",
                            Arrays.toString(Arrays.copyOfRange(bytes, windows - 5, windows)))
                    .isZero();
        }
    }
}
