package dev.scriptorium.node.service;

import dev.scriptorium.gateway.GatewaySettings;
import dev.scriptorium.metrics.Meters;
import dev.scriptorium.metrics.Metric;
import java.time.Duration;
import java.util.Map;

/** What the gateway answered, counted by route and status, and how long callers waited for texts. */
final class GatewayMetrics implements GatewaySettings.Observer {
    /** Routes that wait for a text, under OpenTelemetry's names of what they do. */
    private static final Map<String, String> OPERATIONS =
            Map.of("/v1/chat/completions", "chat", "/v1/completions", "text_completion");

    private final Meters meters;

    GatewayMetrics(Meters meters) {
        this.meters = meters;
        // There from the start, at 0, so that a rate over the first one shows.
        OPERATIONS.forEach((route, operation) -> {
            var _ = meters.timer(Metric.HTTP_REQUEST_DURATION_SECONDS, "POST", route, "200");
            var _ = meters.timer(Metric.CLIENT_OPERATION_DURATION_SECONDS, operation);
        });
    }

    @Override
    public void answered(String method, String route, int status, Duration took) {
        meters.timer(Metric.HTTP_REQUEST_DURATION_SECONDS, method, route, Integer.toString(status))
                .record(took);
        String operation = OPERATIONS.get(route);
        if (operation != null && status == 200) {
            meters.timer(Metric.CLIENT_OPERATION_DURATION_SECONDS, operation).record(took);
        }
    }
}
