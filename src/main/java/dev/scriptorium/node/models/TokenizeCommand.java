package dev.scriptorium.node.models;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.token.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ids and pieces of texts. */
@Command(
        name = "tokenize",
        description = "Reads texts from standard input, one a line, and writes the ids and pieces of each to standard"
                + " output. No begin token is added.",
        mixinStandardHelpOptions = true)
final class TokenizeCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    @Parameters(
            paramLabel = "PATH",
            description = "A Hugging Face folder, a GGUF file, a tokenizer.json or a tokenizer.model.")
    private Path path = Path.of("");

    @Option(
            names = "--json",
            description = "Lines are {\"text\": …}, so that a text may have line ends; {\"ids\": …, \"pieces\": …}"
                    + " comes out. Without it: id:piece id:piece …")
    private boolean json;

    @Option(names = "--special-tokens", description = "The spelling of a control token, as <s>, counts as that token.")
    private boolean specialTokens;

    TokenizeCommand(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = Checkpoint.tokenizer(path);
        err.printf(
                "%,d tokens; prompts %s%n",
                tokenizer.vocabularySize(),
                tokenizer.addsBegin()
                        ? "start with " + tokenizer.beginId() + ":" + tokenizer.piece(tokenizer.beginId())
                        : "get no begin token");
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        PrintStream written = new PrintStream(out, false, StandardCharsets.UTF_8);
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            String text = json ? text(line, number) : line;
            int[] ids = specialTokens ? tokenizer.encodeWithControlTokens(text) : tokenizer.encode(text);
            written.println(json ? asJson(tokenizer, ids) : asLine(tokenizer, ids));
        }
        written.flush();
        return ExitCode.OK.code();
    }

    private static String text(String line, int number) {
        String problem;
        try {
            JsonNode text = JSON.readTree(line).path("text");
            if (text.isTextual()) {
                return text.textValue();
            }
            problem = "has no field \"text\" with a text";
        } catch (JacksonException e) {
            problem = "is not JSON: " + e.getOriginalMessage();
        }
        throw new IllegalStateException("standard input:" + number + ": " + problem);
    }

    private static String asLine(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(id -> id + ":" + tokenizer.piece(id)).collect(Collectors.joining(" "));
    }

    private static ObjectNode asJson(Tokenizer tokenizer, int[] ids) {
        ObjectNode line = JSON.createObjectNode();
        Arrays.stream(ids).forEach(line.withArray("ids")::add);
        Arrays.stream(ids).mapToObj(tokenizer::piece).forEach(line.withArray("pieces")::add);
        return line;
    }
}
