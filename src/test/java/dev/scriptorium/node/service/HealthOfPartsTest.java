package dev.scriptorium.node.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.lane.LaneReader;
import dev.scriptorium.metrics.Health;
import dev.scriptorium.worker.Worker;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Health tells the truth of parts that run, wait and die; their Kafka does not answer. */
@Timeout(120)
class HealthOfPartsTest {
    private final Operations operations = new Operations();

    @AfterEach
    void close() {
        operations.close();
    }

    private Health health() {
        return operations.health();
    }

    @Test
    void workerIsNotReadyWhileItsModelIsLoaded() {
        // When
        var unused = new WorkerMetrics(operations.meters(), health(), "dummy");
        operations.started();

        // Then
        assertThat(health().ready().json())
                .contains("\"worker\":{\"status\":\"down\",\"says\":\"the model is being loaded\"}");
        assertThat(health().live().ok()).isTrue();
    }

    @Test
    void workerIsNotReadyWithoutPartitionsAndLivesUntilItsStepLoopDies() {
        // Given
        WorkerMetrics metrics = new WorkerMetrics(operations.meters(), health(), "dummy");
        operations.started();
        Worker worker = RegisteredMeters.dummy();
        try (LaneReader lanes = new LaneReader(RegisteredMeters.lanes(), worker, InstantSource.system(), cause -> {})) {
            metrics.add(worker, lanes, 32);
            boolean before = health().live().ok();
            worker.start();
            lanes.start();
            Health.Report running = health().live();
            Health.Report ready = health().ready();

            // When
            worker.close();

            // Then
            assertThat(before).as("nothing was started").isFalse();
            assertThat(running.ok()).as(running.json()).isTrue();
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.json())
                    .contains("model 'dummy' is loaded, but no partition of its lanes is assigned here");
            assertThat(health().live().json()).contains("the step loop is dead");
            assertThat(health().live().status()).isEqualTo(503);
        }
    }

    @Test
    void workerDoesNotLiveWhenItsLaneReaderIsDead() {
        // Given
        WorkerMetrics metrics = new WorkerMetrics(operations.meters(), health(), "dummy");
        try (Worker worker = RegisteredMeters.dummy()) {
            LaneReader lanes = new LaneReader(RegisteredMeters.lanes(), worker, InstantSource.system(), cause -> {});
            metrics.add(worker, lanes, 32);
            worker.start();
            lanes.start();

            // When
            lanes.close();

            // Then
            assertThat(health().live().json()).contains("the lane reader is dead");
        }
    }
}
