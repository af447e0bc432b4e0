package dev.scriptorium.node.service;

import dev.scriptorium.gateway.GatewaySettings;
import dev.scriptorium.metrics.Health;
import dev.scriptorium.metrics.Health.Verdict;
import dev.scriptorium.metrics.Meters;
import dev.scriptorium.metrics.Metric;
import dev.scriptorium.metrics.OperationsServer;
import dev.scriptorium.node.process.RuntimeVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** How one process shows itself to operators: its meters, its health, and where both are served. */
final class Operations implements AutoCloseable {
    private final Meters meters = new Meters();
    private final Health health = new Health();
    private final AtomicBoolean started = new AtomicBoolean();
    private @Nullable OperationsServer server;

    Operations() {
        meters.bindProcess();
        meters.gauge(Metric.BUILD_INFO, () -> 1, RuntimeVersion.current());
        meters.gauge(Metric.READY, () -> health.ready().ok() ? 1 : 0);
        health.add(
                "process",
                () -> Verdict.yes("it runs"),
                () -> started.get() ? Verdict.yes("all parts are started") : Verdict.no("it is starting"));
    }

    Meters meters() {
        return meters;
    }

    Health health() {
        return health;
    }

    /** Every part that this process shall have is there; before, it is not ready whatever the parts say. */
    void started() {
        started.set(true);
    }

    /** Serves on a port of its own, if one was asked for. */
    void serve(MetricsOptions options) {
        if (options.port == null) {
            return;
        }
        try {
            server = OperationsServer.start(options.host, options.port, meters, health);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "--metrics-port: cannot listen on " + options.host + ":" + options.port + ": " + e.getMessage(), e);
        }
    }

    /** Where it is served; null if nowhere. */
    @Nullable
    String address() {
        return server == null ? null : server.address();
    }

    /** The same for a gateway's own port. */
    List<GatewaySettings.Page> pages() {
        return List.of(
                new GatewaySettings.Page(
                        OperationsServer.METRICS,
                        true,
                        accept -> new GatewaySettings.Content(
                                200,
                                Meters.contentType(accept),
                                meters.scrape(accept).getBytes(StandardCharsets.UTF_8))),
                new GatewaySettings.Page(OperationsServer.LIVE, false, accept -> content(health.live())),
                new GatewaySettings.Page(OperationsServer.READY, false, accept -> content(health.ready())));
    }

    private static GatewaySettings.Content content(Health.Report report) {
        return new GatewaySettings.Content(report.status(), "application/json", report.body());
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        meters.close();
    }
}
