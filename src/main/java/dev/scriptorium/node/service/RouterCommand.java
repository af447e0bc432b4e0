package dev.scriptorium.node.service;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The Streams topology alone. */
@Command(
        name = "router",
        description = "Routes prompts to lanes and settles outcomes until stopped; start as many as you like.",
        mixinStandardHelpOptions = true)
public final class RouterCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private MetricsOptions metrics = new MetricsOptions();

    public RouterCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Shutdown.Guard _ = shutdown.serviceGuard(Duration.ZERO);
                Services services = Services.connect(options.load(), options)) {
            services.startOperations(metrics);
            services.requireTopics();
            services.startRouter(clock, shutdown::fail);
            services.announce();
            shutdown.await();
        }
        shutdown.check();
        return ExitCode.OK.code();
    }
}
