package dev.scriptorium.node.service;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a service tells operators how it is. */
final class MetricsOptions {
    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description =
                    "Serve /metrics (Prometheus), /health/live and /health/ready on this port, 0 for any. Default:"
                            + " none; a gateway has them on its own port too.")
    @Nullable
    Integer port;

    @Option(
            names = "--metrics-host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address that the metrics' port listens on; there are no keys. Default: ${DEFAULT-VALUE}")
    String host = "127.0.0.1";
}
