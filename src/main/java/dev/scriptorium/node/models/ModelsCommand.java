package dev.scriptorium.node.models;

import dev.scriptorium.node.process.Shutdown;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Model files: the commands below it do the work. */
@Command(
        name = "models",
        description = "Brings model files, looks at them and makes them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class ModelsCommand {
    private ModelsCommand() {}

    /** The command with all below it. */
    public static CommandLine commandLine(Shutdown shutdown, InstantSource clock) {
        CommandLine models = new CommandLine(new ModelsCommand());
        models.addSubcommand(new InspectCommand(System.out, clock));
        models.addSubcommand(new PullCommand(shutdown, clock));
        models.addSubcommand(new TokenizeCommand(System.in, System.out, System.err));
        models.addSubcommand(new ConvertCommand(shutdown, clock));
        models.addSubcommand(new RandomCommand(shutdown, clock));
        return models;
    }
}
