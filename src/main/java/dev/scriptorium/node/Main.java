package dev.scriptorium.node;

import dev.scriptorium.node.bench.BenchCommand;
import dev.scriptorium.node.dataset.DatasetCommand;
import dev.scriptorium.node.dataset.VerifyCommand;
import dev.scriptorium.node.jobs.CancelCommand;
import dev.scriptorium.node.jobs.EvalCommand;
import dev.scriptorium.node.jobs.JobsCommand;
import dev.scriptorium.node.jobs.ResultsCommand;
import dev.scriptorium.node.jobs.RunCommand;
import dev.scriptorium.node.jobs.SubmitCommand;
import dev.scriptorium.node.jobs.WatchCommand;
import dev.scriptorium.node.models.ModelsCommand;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.LogFormat;
import dev.scriptorium.node.process.Notice;
import dev.scriptorium.node.process.RuntimeVersion;
import dev.scriptorium.node.process.Shutdown;
import dev.scriptorium.node.service.BrokerCommand;
import dev.scriptorium.node.service.GatewayCommand;
import dev.scriptorium.node.service.PipelineOptions;
import dev.scriptorium.node.service.RouterCommand;
import dev.scriptorium.node.service.ServeCommand;
import dev.scriptorium.node.service.TopicsCommand;
import dev.scriptorium.node.service.WorkerCommand;
import dev.scriptorium.node.shell.CompletionCommand;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Where the process starts: the command line, and how errors reach people and scripts. */
@CommandLine.Command(
        name = "scriptorium",
        description = "Bulk text generation on Kafka: prompts in, completions out, exactly once, byte for byte.",
        mixinStandardHelpOptions = true,
        versionProvider = RuntimeVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:everything asked for was done",
            " 1:something failed; the message says what",
            " 2:the command line or the pipeline file is wrong",
            " 3:run, watch, results: finished, but some requests were rejected",
            "130:stopped by Ctrl-C; the same command goes on"
        })
public final class Main {
    @CommandLine.Option(
            names = "--log-format",
            paramLabel = "text|json",
            scope = CommandLine.ScopeType.INHERIT,
            description = "How the log is written to standard error: text, or json, an object a line with job and id"
                    + " where a line is about one request. Default: text")
    private LogFormat logFormat = LogFormat.TEXT;

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(new Shutdown(), InstantSource.system()).execute(arguments));
    }

    public static CommandLine commandLine(Shutdown shutdown, InstantSource clock) {
        Main main = new Main();
        CommandLine commandLine = new CommandLine(main);
        commandLine.addSubcommand(new RunCommand(shutdown, clock));
        commandLine.addSubcommand(new SubmitCommand(shutdown, clock));
        commandLine.addSubcommand(new WatchCommand(shutdown, clock));
        commandLine.addSubcommand(new ResultsCommand(shutdown, clock));
        commandLine.addSubcommand(new JobsCommand());
        commandLine.addSubcommand(new CancelCommand(clock));
        commandLine.addSubcommand(DatasetCommand.commandLine(shutdown, clock));
        commandLine.addSubcommand(new VerifyCommand(shutdown, clock));
        commandLine.addSubcommand(new EvalCommand(shutdown, clock));
        commandLine.addSubcommand(new ServeCommand(shutdown, clock));
        commandLine.addSubcommand(new RouterCommand(shutdown, clock));
        commandLine.addSubcommand(new WorkerCommand(shutdown, clock));
        commandLine.addSubcommand(new GatewayCommand(shutdown, clock));
        commandLine.addSubcommand(new BrokerCommand(shutdown));
        commandLine.addSubcommand(new TopicsCommand());
        commandLine.addSubcommand(new BenchCommand(shutdown, clock));
        commandLine.addSubcommand(ModelsCommand.commandLine(shutdown, clock));
        commandLine.addSubcommand(new CompletionCommand());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler(Main::explain);
        commandLine.setExecutionStrategy(parsed -> {
            main.logFormat.use();
            return new CommandLine.RunLast().execute(parsed);
        });
        return commandLine;
    }

    /** A problem in one sentence; the stack trace is for those who ask for it. */
    private static int explain(Exception problem, CommandLine commandLine, CommandLine.ParseResult parsed) {
        Notice.sayFailure("scriptorium: " + problem.getMessage());
        LOG.debug("the command failed", problem);
        return (problem instanceof PipelineOptions.InvalidPipelineException ? ExitCode.USAGE : ExitCode.FAILED).code();
    }
}
