package dev.scriptorium.node.service;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One worker alone. */
@Command(
        name = "worker",
        description = "Writes completions for one model's lanes until stopped; start as many as you like.",
        mixinStandardHelpOptions = true)
public final class WorkerCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Mixin
    private MetricsOptions metrics = new MetricsOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    public WorkerCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Shutdown.Guard _ = shutdown.serviceGuard(model.drain());
                Services services = Services.connect(model.applied(options.load()), options)) {
            services.startOperations(metrics);
            services.requireTopics();
            services.startWorker(model, model.drain(), clock, shutdown::fail);
            services.announce();
            shutdown.await();
        }
        shutdown.check();
        return ExitCode.OK.code();
    }
}
