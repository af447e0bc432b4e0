package dev.scriptorium.node.jobs;

import dev.scriptorium.batch.PromptFile;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.node.process.Notice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which prompts, and under which name. */
final class InputOptions {
    static final String STABLE = "Write only what is a function of the prompts, so no times and no workers, and at the"
            + " end in the order of the input: two runs give the same bytes.";
    static final String DRY_RUN = "Only check every line and count its tokens; send nothing.";

    private static final String JSONL = ".jsonl";

    @Parameters(
            paramLabel = "INPUT",
            description =
                    "The prompts: one JSON object a line, or a table (.csv, .tsv, .parquet) with a column of prompts.")
    Path path = Path.of("");

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description = "Ids are unique within a job, and the default seed depends on it. Default: the input's name.")
    @Nullable
    String job;

    @Option(
            names = "--prompt-column",
            paramLabel = "NAME",
            defaultValue = "prompt",
            description = "Of a table: the column with the prompts. Default: ${DEFAULT-VALUE}")
    String promptColumn = "prompt";

    @Option(
            names = "--id-column",
            paramLabel = "NAME",
            defaultValue = "id",
            description = "Of a table: the column with the ids; without it, a row is named after its line. Default:"
                    + " ${DEFAULT-VALUE}")
    String idColumn = "id";

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description = "Of a table: a request field for every row, for example --set max_tokens=64.")
    Map<String, String> settings = new LinkedHashMap<>();

    PromptFile file() {
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new IllegalStateException("the input " + path + " is not a file that can be read");
        }
        PromptFile file = new PromptFile(path, new PromptFile.Columns(idColumn, promptColumn), settings);
        List<String> idle = file.idleFields();
        if (!idle.isEmpty()) {
            Notice.say(
                    "%s: column '%s' is not sent with the prompts, but comes back as it is; --set %s=… sets it for all"
                            .formatted(path.getFileName(), String.join("', '", idle), idle.getFirst()));
        }
        return file;
    }

    boolean isTable() {
        return PromptFile.of(path).isTable();
    }

    String job() {
        if (job != null) {
            return new RequestId(job, "any").job();
        }
        String file = String.valueOf(path.getFileName());
        int dot = file.lastIndexOf('.');
        boolean named = file.endsWith(JSONL) || isTable() && dot > 0;
        String stem = named ? file.substring(0, dot) : file;
        return new RequestId(stem.replaceAll("[^A-Za-z0-9._-]", "-"), "any").job();
    }

    static Path errorsBeside(Path output) {
        String file = String.valueOf(output.getFileName());
        String stem = file.endsWith(JSONL) ? file.substring(0, file.length() - JSONL.length()) : file;
        return output.resolveSibling(stem + ".errors" + JSONL);
    }
}
