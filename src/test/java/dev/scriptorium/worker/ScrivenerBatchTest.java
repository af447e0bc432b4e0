package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.ScalarKernels;
import dev.scriptorium.kernel.VectorKernels;
import dev.scriptorium.model.LlamaModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The claim of {@link WorkerTest} on the model that is shipped, with nothing faked but the turning of the rounds. */
class ScrivenerBatchTest {
    private static final List<String> OPENINGS = List.of(
            "Once upon a time there was a cat", "How to bake bread:", "Photosynthesis is", "Lily found a", "Rain is");
    private static final LoadedCheckpoint SCRIVENER = Checkpoint.load(Path.of("models/scrivener-1m"));

    @Test
    void writesTheSameTextAloneAndInABatchOfSixteenOnOneThreadAndOnTwoWithScalarAndVectorKernels() {
        // Given
        Map<String, String> alone = new TreeMap<>();
        Kernels scalar = new ScalarKernels();
        prompts().forEach(prompt -> alone.putAll(texts(List.of(prompt), scalar, 1, new WorkerLimits(1, 512, 10_000))));

        // When
        Kernels vector = KernelChoice.of(KernelChoice.MachineFacts.here()).kernels();
        Map<String, String> batch = texts(prompts(), vector, 2, new WorkerLimits(16, 24, 10_000));

        // Then
        assertThat(vector).isInstanceOf(VectorKernels.class);
        assertThat(batch).isEqualTo(alone);
        assertThat(batch.values()).doesNotHaveDuplicates().noneMatch(String::isBlank);
    }

    @Test
    void completionOfATextGoesOnWhereItEnds() {
        // Given
        Prompt prompt = Desk.prompt("moon", new Input.Text("The moon is"), Desk.saying(4, null, null), null);

        // When
        Map<String, String> texts = texts(List.of(prompt), new ScalarKernels(), 1, new WorkerLimits(1, 512, 10_000));

        // Then
        assertThat(texts.get("moon")).startsWith(" the");
    }

    private static Map<String, String> texts(List<Prompt> prompts, Kernels kernels, int threads, WorkerLimits limits) {
        Map<String, String> texts = new TreeMap<>();
        try (ComputeTeam team = new ComputeTeam(threads)) {
            LlamaModel model = new LlamaModel(
                    SCRIVENER.config(),
                    SCRIVENER.weights(),
                    kernels,
                    team,
                    16 * SCRIVENER.config().contextLength());
            ServedModel served = new ServedModel(
                    model,
                    SCRIVENER.tokenizer(),
                    SCRIVENER.chat(),
                    Sampling.UNSAID,
                    SCRIVENER.endIds(),
                    Desk.PROVENANCE);
            Worker worker = new Worker(served, limits, "w1", () -> Desk.START, cause -> {
                throw new AssertionError(cause);
            });
            for (Prompt prompt : prompts) {
                worker.offer(new Assignment(prompt, "bulk", 1, Desk.START), outcome -> {
                    texts.put(outcome.request().id(), ((Completion) outcome).text());
                });
            }
            while (worker.prepareNext() + worker.step() > 0) {
                // Until nothing is left to do.
            }
        }
        return texts;
    }

    private static List<Prompt> prompts() {
        return IntStream.range(0, 16)
                .mapToObj(each -> Desk.prompt(
                        "p" + each,
                        new Input.Text(OPENINGS.get(each % OPENINGS.size())),
                        Desk.saying(8 + 2 * each, null, null),
                        null))
                .toList();
    }
}
