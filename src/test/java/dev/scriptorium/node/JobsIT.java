package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.table.Column;
import dev.scriptorium.table.Row;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.RowWriter;
import dev.scriptorium.table.Table;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Jobs on the command line, against a pipeline that runs elsewhere. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private String server = "";
    private Launched serve;

    JobsIT() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "jobs");
    }

    @BeforeAll
    void startThePipeline() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            server = "127.0.0.1:" + socket.getLocalPort();
        }
        serve = Launched.start(
                folder,
                "serve",
                "--port",
                server.substring(server.indexOf(':') + 1),
                "--state",
                folder.resolve("serve").toString());
        serve.until(() -> says(serve, "ready"));
    }

    @AfterAll
    void stopThePipeline() {
        serve.close();
    }

    @Test
    void submitAndResultsGiveTheBytesOfRunRejectionsIncluded() throws Exception {
        // Given
        Path input = folder.resolve("mixed.jsonl");
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            lines.add("{\"id\": \"p" + i + "\", \"prompt\": \"The moon is\", \"max_tokens\": " + (4 + i) + "}");
        }
        lines.add(3, "this is not JSON");
        lines.add(5, "{\"id\": \"p1\", \"prompt\": \"The id of the first line again\"}");
        lines.add(7, "{\"id\": \"typo\", \"prompt\": \"Rain is\", \"temprature\": 0.5}");
        lines.add("{\"custom_id\": \"chat\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\":"
                + " {\"model\": \"scrivener-1m\", \"messages\": [{\"role\": \"user\", \"content\": \"What is rain?\"}],"
                + " \"max_tokens\": 8}}");
        Files.write(input, lines);
        Path byRun = folder.resolve("by-run.jsonl");
        ok(3, "run", input.toString(), "--stable", "-o", byRun.toString(), "--state", folder + "/run");

        // When
        String said = ok(0, "submit", input.toString(), "--bootstrap-server", server);
        ok(0, "submit", input.toString(), "--bootstrap-server", server);
        Path byResults = folder.resolve("by-results.jsonl");
        ok(3, "results", "mixed", "--stable", "-o", byResults.toString(), "--bootstrap-server", server);
        String jobs = ok(0, "jobs", "--json", "--bootstrap-server", server);

        // Then
        assertThat(said).contains("next: scriptorium watch mixed --bootstrap-server " + server);
        assertThat(byRun).content().hasLineCount(13).contains("\"p1\"", "\"chat\"");
        assertThat(byResults).hasSameBinaryContentAs(byRun);
        assertThat(folder.resolve("by-results.errors.jsonl"))
                .hasSameBinaryContentAs(folder.resolve("by-run.errors.jsonl"))
                .content()
                .hasLineCount(3);
        assertThat(jobs)
                .contains("{\"job\":\"mixed\",\"status\":\"completed\",\"requests\":16,\"completed\":13,"
                        + "\"rejected\":3,");
    }

    @Test
    void aTableIsAnsweredAsATableWithItsOwnColumns() throws Exception {
        // Given
        Path input = folder.resolve("table.csv");
        Files.writeString(input, """
            topic,text,note
            moon,The moon is,"with, a comma"
            sun,"The ""sun"" is",
            nothing,,empty
            """);

        // When
        List<String> submit = new ArrayList<>(List.of("submit", input.toString(), "--bootstrap-server", server));
        submit.addAll(List.of("--prompt-column", "text", "--id-column", "topic", "--set", "max_tokens=6"));
        ok(0, submit.toArray(String[]::new));
        Path output = folder.resolve("out.csv");
        ok(3, "results", "table", "-o", output.toString(), "--bootstrap-server", server);

        // Then
        List<String> rows = Files.readAllLines(output);
        assertThat(rows.get(0))
                .isEqualTo("topic,text,note,completion,finish_reason,prompt_tokens,completion_tokens,error");
        assertThat(rows.get(1))
                .startsWith("moon,The moon is,\"with, a comma\",")
                .contains(",length,");
        assertThat(rows.get(2)).startsWith("sun,\"The \"\"sun\"\" is\",,").contains(",length,");
        assertThat(rows.get(3)).startsWith("nothing,,empty,,,,,").contains("prompt", "must not be empty");
        assertThat(folder.resolve("out.csv.answers.jsonl")).doesNotExist();
    }

    @Test
    void parquetIsAnsweredAsParquetWithItsOwnTypesAndRunAndResultsGiveTheSameBytes() throws Exception {
        // Given
        Table input = Table.of(folder.resolve("seeds.parquet"));
        try (RowWriter writer = input.create(List.of(
                new Column("prompt", Column.Type.TEXT),
                new Column("views", Column.Type.INTEGER),
                new Column("score", Column.Type.NUMBER)))) {
            writer.write(List.of("The moon is", 17L, 0.5));
            writer.write(Arrays.asList(null, null, null));
            writer.write(List.of("Rain is", 18L, 0.25));
        }
        String set = "max_tokens=6";
        Path byRun = folder.resolve("by-run.parquet");
        Path byResults = folder.resolve("by-results.parquet");
        String path = input.path().toString();

        // When
        ok(3, "run", path, "--set", set, "-o", byRun.toString(), "--state", folder + "/run-parquet");
        ok(0, "submit", path, "--set", set, "--bootstrap-server", server);
        ok(3, "results", "seeds", "-o", byResults.toString(), "--bootstrap-server", server);

        // Then
        assertThat(byResults).hasSameBinaryContentAs(byRun);
        List<Row> rows = new ArrayList<>();
        try (RowReader reader = Table.of(byRun).open()) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                rows.add(row);
            }
        }
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).values())
                .containsEntry("views", 17L)
                .containsEntry("score", 0.5)
                .containsEntry("finish_reason", "length")
                .containsEntry("completion_tokens", 6L)
                .containsEntry("error", null);
        assertThat(rows.get(1).text("error")).contains("must not be empty");
        assertThat(rows.get(2).text("completion")).isNotBlank();
    }

    @Test
    void watchTellsScriptsEveryChangeAndEndsWithTheJob() throws Exception {
        // Given
        Path input = folder.resolve("watched.jsonl");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            lines.add("{\"prompt\": \"Once upon a time\", \"max_tokens\": 30}");
        }
        Files.write(input, lines);
        ok(0, "submit", input.toString(), "--bootstrap-server", server);

        // When
        String said = ok(0, "watch", "watched", "--json", "--bootstrap-server", server);

        // Then
        List<String> states = said.lines().filter(line -> line.startsWith("{")).toList();
        JsonNode last = JSON.readTree(states.getLast());
        assertThat(last.path("status").asText()).isEqualTo("completed");
        assertThat(last.path("completed").asInt()).isEqualTo(40);
        assertThat(last.path("completion_tokens").asInt()).isGreaterThan(40);
    }

    @Test
    void aJobThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        // When
        String said = ok(1, "watch", "nightly", "--bootstrap-server", server);

        // Then
        assertThat(said).contains("no job 'nightly' is known here");
    }

    @Test
    void anotherFileUnderTheNameOfAJobIsRefused() throws Exception {
        // Given
        Path input = folder.resolve("first.jsonl");
        Files.writeString(input, "{\"prompt\": \"The moon is\", \"max_tokens\": 4}\n");
        ok(0, "submit", input.toString(), "--job", "taken", "--bootstrap-server", server);
        Files.writeString(input, "{\"prompt\": \"The sun is\", \"max_tokens\": 4}\n");

        // When
        String said = ok(1, "submit", input.toString(), "--job", "taken", "--bootstrap-server", server);

        // Then
        assertThat(said).contains("job 'taken' exists already with other content", "--job");
    }

    @Test
    void cancelEndsAJobAndWhatIsFinishedStays() throws Exception {
        // Given
        Path input = folder.resolve("long.jsonl");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            lines.add("{\"prompt\": \"Once upon a time\", \"max_tokens\": 400, \"temperature\": 1}");
        }
        Files.write(input, lines);
        ok(0, "submit", input.toString(), "--bootstrap-server", server);

        // When
        String said = ok(0, "cancel", "long", "--reason", "changed my mind", "--bootstrap-server", server);
        ok(3, "watch", "long", "--json", "--bootstrap-server", server);

        // Then
        assertThat(said).contains("job 'long': ", "the others are cancelled");
        Path output = folder.resolve("long.out.jsonl");
        ok(3, "results", "long", "-o", output.toString(), "--bootstrap-server", server);
        List<String> errors = Files.readAllLines(folder.resolve("long.out.errors.jsonl"));
        long completions = Files.exists(output) ? Files.readAllLines(output).size() : 0;
        assertThat(completions + errors.size()).isEqualTo(300);
        assertThat(errors)
                .isNotEmpty()
                .allMatch(line -> line.contains("cancelled") && line.contains("changed my mind"));
        assertThat(ok(0, "cancel", "long", "--bootstrap-server", server)).contains("there is nothing to cancel");
        assertThat(ok(1, "cancel", "nowhere", "--bootstrap-server", server)).contains("no job 'nowhere' is known");
    }

    @Test
    void completionScriptKnowsTheCommands() throws Exception {
        // When
        String script = ok(0, "completion", "bash");

        // Then
        assertThat(script).contains("submit", "results", "--bootstrap-server", "complete -F");
    }

    /** Runs a command to its end, checks the exit code and returns what it said. */
    private String ok(int code, String... arguments) throws Exception {
        try (Launched command = Launched.start(folder, arguments)) {
            int ended = command.waitFor();
            assertThat(ended).as(command.said()).isEqualTo(code);
            return command.said();
        }
    }

    private static boolean says(Launched launched, String words) {
        try {
            return launched.said().contains(words);
        } catch (IOException e) {
            return false;
        }
    }
}
