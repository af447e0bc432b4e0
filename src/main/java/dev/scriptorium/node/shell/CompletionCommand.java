package dev.scriptorium.node.shell;

import dev.scriptorium.node.process.ExitCode;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a shell needs to finish half a command line. */
@Command(
        name = "completion",
        description = "Prints a script that lets bash or zsh complete commands and options:"
                + " source <(scriptorium completion bash)",
        mixinStandardHelpOptions = true)
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "One of: bash, zsh")
    private String shell = "bash";

    @Override
    public Integer call() {
        if (!Set.of("bash", "zsh").contains(shell)) {
            throw new ParameterException(
                    spec.commandLine(), "the shell is '" + shell + "', but it must be bash or zsh");
        }
        CommandLine root = spec.root().commandLine();
        System.out.println(AutoComplete.bash("scriptorium", root));
        return ExitCode.OK.code();
    }
}
