package dev.scriptorium.node.service;

import dev.scriptorium.broker.EmbeddedKafka;
import dev.scriptorium.broker.Quorum;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Notice;
import dev.scriptorium.node.process.Shutdown;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Kafka alone, so that router and workers can be killed without it, and it without them. */
@Command(
        name = "broker",
        description = "Runs the Kafka that is inside, alone or as a member of a quorum, until stopped. It listens on"
                + " this machine only: for development and tests. In production, use your own Kafka.",
        mixinStandardHelpOptions = true)
public final class BrokerCommand implements Callable<Integer> {
    private final Shutdown shutdown;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "For clients; 0 for any. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            defaultValue = ".scriptorium",
            description = "Its data lies in FOLDER/kafka. Default: ${DEFAULT-VALUE}")
    private Path state = Path.of(".scriptorium");

    @Option(
            names = "--node",
            paramLabel = "ID",
            defaultValue = "1",
            description = "Which of the voters this is. Default: ${DEFAULT-VALUE}")
    private int node;

    @Option(
            names = "--voters",
            paramLabel = "ID@HOST:PORT,…",
            description = "All members of the quorum with the ports of their controllers; the same for every member."
                    + " Default: one alone.")
    private @Nullable String voters;

    @Option(
            names = "--property",
            paramLabel = "KEY=VALUE",
            description = "A broker setting under Kafka's own name; again for more.")
    private Map<String, String> properties = new LinkedHashMap<>();

    public BrokerCommand(Shutdown shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    public Integer call() throws InterruptedException {
        Quorum quorum = voters == null ? Quorum.ALONE : Quorum.parse(node, voters);
        try (Shutdown.Guard _ = shutdown.guard();
                EmbeddedKafka kafka = EmbeddedKafka.start(quorum, state.resolve("kafka"), port, properties)) {
            Notice.say("ready: Kafka at " + kafka.bootstrapServers() + "; Ctrl-C stops");
            shutdown.await();
        }
        return ExitCode.OK.code();
    }
}
