package dev.scriptorium.node.service;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Everything in one process: the broker unless another is named, the router, a worker. */
@Command(
        name = "serve",
        description = "Serves prompts from Kafka until stopped: router, worker and HTTP gateway, with an embedded Kafka"
                + " unless another is named.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private MetricsOptions metrics = new MetricsOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Port of the embedded Kafka, 0 for any. Default: ${DEFAULT-VALUE}")
    private int port;

    public ServeCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Shutdown.Guard _ = shutdown.serviceGuard(model.drain());
                Services services = Services.open(model.applied(options.load()), options, port)) {
            services.startOperations(metrics);
            services.createTopics();
            services.startRouter(clock, shutdown::fail);
            services.startWorker(model, model.drain(), clock, shutdown::fail);
            services.startGatewayIfWanted(gateway, clock);
            services.announce();
            shutdown.await();
        }
        shutdown.check();
        return ExitCode.OK.code();
    }
}
