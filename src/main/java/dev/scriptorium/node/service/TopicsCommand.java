package dev.scriptorium.node.service;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.topology.TopicSetup.Finding;
import dev.scriptorium.topology.TopicSetup.State;
import dev.scriptorium.topology.contract.AsyncApi;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates and checks what the pipeline declares. */
@Command(
        name = "topics",
        description = "Creates the topics that the pipeline declares, and says which of them stand differently.",
        mixinStandardHelpOptions = true)
public final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private PipelineOptions options = new PipelineOptions();

    @Option(names = "--check", description = "Only look; exit code 1 if a topic is missing or differs.")
    private boolean checkOnly;

    @Option(
            names = "--asyncapi",
            description = "Only print the pipeline's AsyncAPI 3 document; its Avro schemas are in ../schemas.")
    private boolean asyncApi;

    @Override
    public Integer call() {
        if (asyncApi) {
            System.out.print(AsyncApi.of(options.load()));
            return ExitCode.OK.code();
        }
        try (Services services = Services.connect(options.load(), options)) {
            List<Finding> findings = checkOnly ? services.checkTopics() : services.createTopics();
            findings.forEach(finding -> System.out.printf(
                    "%-8s %s (%d partitions)%s%n",
                    finding.state().name().toLowerCase(java.util.Locale.ROOT),
                    finding.declared().name(),
                    finding.declared().partitions(),
                    finding.detail().isEmpty() ? "" : ": " + finding.detail()));
            boolean allAsDeclared = findings.stream()
                    .allMatch(finding -> finding.state() == State.MATCHES || finding.state() == State.CREATED);
            return (allAsDeclared ? ExitCode.OK : ExitCode.FAILED).code();
        }
    }
}
