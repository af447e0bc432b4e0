package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a prompt costs the router alone, in on a lane and out as a completion, with few and with a million ids known:
 * the real topology and the real stores, a task a thread as Kafka Streams has them, without brokers.
 */
@Tag("chaos")
class RouterCostIT {
    private static final int TASKS = Integer.getInteger("router.tasks", 2);
    private static final int PROMPTS = Integer.getInteger("router.prompts", 100_000);
    private static final int FEW = 1_000;
    private static final int MANY = Integer.getInteger("router.ids", 1_000_000);
    /** As many as a consumer hands over at a time. */
    private static final int AT_ONCE = 1_000;

    @Test
    void aPromptCostsWithAMillionIdsWhatItCostsWithAThousand() throws Exception {
        // Given
        Pipeline pipeline = Pipelines.shipped();
        List<RouterTask> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            tasks.add(new RouterTask(pipeline, "-" + i));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(TASKS)) {
            know(tasks, 0, FEW);
            pass(threads, tasks, "warm");

            // When
            double few = pass(threads, tasks, "few");
            know(tasks, FEW, MANY);
            double many = pass(threads, tasks, "many");

            // Then
            System.out.printf(
                    "router alone, %d threads: %.0f prompts a second with %,d ids known, %.0f with %,d%n",
                    TASKS, few, FEW, many, MANY);
            assertThat(many).isGreaterThan(few / 1.5);
        } finally {
            tasks.forEach(RouterTask::close);
        }
    }

    /** Requests that were answered long ago. */
    private static void know(List<RouterTask> tasks, int from, int to) {
        byte[] state = RouterBench.CODEC.encode(new RequestState(
                "ab".repeat(32), RequestState.Phase.COMPLETED, "bulk", 1, RouterBench.START, RouterBench.START));
        for (int i = from; i < to; i++) {
            tasks.get(i % TASKS).requests().put("job-%d/request-%d".formatted(i % 97, i), state);
        }
    }

    /** Prompts a second, of all tasks together, each admitted and settled. */
    private static double pass(ExecutorService threads, List<RouterTask> tasks, String name) throws Exception {
        List<Callable<Integer>> work = new ArrayList<>();
        for (RouterTask task : tasks) {
            List<Parcel> parcels = parcels(name, PROMPTS / TASKS);
            work.add(() -> pass(task, parcels));
        }
        long start = System.nanoTime();
        int completions = 0;
        for (Future<Integer> each : threads.invokeAll(work)) {
            completions += each.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(completions).isEqualTo(PROMPTS / TASKS * TASKS);
        return completions / seconds;
    }

    /** Prompts and their outcomes. */
    private record Parcel(List<RouterTask.Input> prompts, List<RouterTask.Input> outcomes) {}

    private static List<Parcel> parcels(String name, int count) {
        List<Parcel> parcels = new ArrayList<>();
        for (int first = 0; first < count; first += AT_ONCE) {
            Parcel parcel = new Parcel(new ArrayList<>(), new ArrayList<>());
            for (int i = first; i < Math.min(first + AT_ONCE, count); i++) {
                String id = name + i;
                Completion outcome =
                        RouterBench.completion(id, Dialect.PLAIN, "and so it went on and on until the end");
                parcel.prompts()
                        .add(new RouterTask.Input(
                                null,
                                RouterBench.bytes("{\"id\":\"" + id
                                        + "\",\"prompt\":\"Once upon a time there was a moon\",\"max_tokens\":20}")));
                parcel.outcomes()
                        .add(new RouterTask.Input(
                                RouterBench.bytes(outcome.request().key()), RouterBench.CODEC.encode(outcome)));
            }
            parcels.add(parcel);
        }
        return parcels;
    }

    private static int pass(RouterTask task, List<Parcel> parcels) {
        int before = task.sent("completions");
        for (Parcel parcel : parcels) {
            task.take("prompts", parcel.prompts());
            task.take("outcomes", parcel.outcomes());
        }
        return task.sent("completions") - before;
    }
}
