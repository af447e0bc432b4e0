package dev.scriptorium.node.service;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The HTTP gateway alone. */
@Command(
        name = "gateway",
        description = "Serves OpenAI's files, batches and single calls over HTTP, and a page to watch, until stopped.",
        mixinStandardHelpOptions = true)
public final class GatewayCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private MetricsOptions metrics = new MetricsOptions();

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    public GatewayCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Shutdown.Guard _ = shutdown.guard();
                Services services = Services.connect(options.load(), options)) {
            services.startOperations(metrics);
            services.requireTopics();
            services.startGateway(gateway, clock);
            services.announce();
            shutdown.await();
        }
        shutdown.check();
        return ExitCode.OK.code();
    }
}
