package dev.scriptorium.node.dataset;

import dev.scriptorium.node.process.Shutdown;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Synthetic data: the commands below it do the work. */
@Command(
        name = "dataset",
        description = "Makes synthetic data from a recipe: seeds times prompt templates, through quality gates.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class DatasetCommand {
    private DatasetCommand() {}

    /** The command with all below it. */
    public static CommandLine commandLine(Shutdown shutdown, InstantSource clock) {
        CommandLine dataset = new CommandLine(new DatasetCommand());
        dataset.addSubcommand(new DatasetRunCommand(shutdown, clock));
        return dataset;
    }
}
