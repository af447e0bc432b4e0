package dev.scriptorium.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.metrics.Health.Verdict;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final Health health = new Health();

    @Test
    void isNotReadyBeforeAnyPartIsThere() {
        assertThat(health.ready().ok()).isFalse();
        assertThat(health.live().ok()).isTrue();
    }

    @Test
    void isReadyWhenAllPartsAreAndSaysWhatEachSays() {
        // Given
        health.add("router", () -> Verdict.yes("runs"), () -> Verdict.yes("RUNNING"));
        health.add("worker", () -> Verdict.yes("runs"), () -> Verdict.no("the model is being loaded"));

        // When
        Health.Report report = health.ready();

        // Then
        assertThat(report.status()).isEqualTo(503);
        assertThat(report.json())
                .isEqualTo("{\"status\":\"down\",\"parts\":{\"router\":{\"status\":\"up\",\"says\":\"RUNNING\"},"
                        + "\"worker\":{\"status\":\"down\",\"says\":\"the model is being loaded\"}}}");
        assertThat(health.live().status()).isEqualTo(200);
    }

    @Test
    void isServedWithTheMetricsAndNothingElseIs() throws IOException, InterruptedException {
        // Given
        boolean[] ready = {false};
        health.add("part", () -> Verdict.yes("runs"), () -> new Verdict(ready[0], "words"));
        try (Meters meters = new Meters();
                OperationsServer server = OperationsServer.start("127.0.0.1", 0, meters, health)) {
            meters.gauge(Metric.READY, () -> health.ready().ok() ? 1 : 0);
            int before = get(server, "/health/ready").statusCode();

            // When
            ready[0] = true;

            // Then
            assertThat(before).isEqualTo(503);
            assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);
            assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(server, "/metrics").body()).contains("scriptorium_ready 1.0");
            assertThat(get(server, "/").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(OperationsServer server, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(server.address() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
