package dev.scriptorium.node.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.dataset.evaluation.MultipleChoice;
import dev.scriptorium.wire.file.EchoedPrompt;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside an evaluation's report. A question is one request for its context, which tells how many tokens are
 * not scored by the model's own tokenizer, and one for each choice.
 */
final class EvalFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path report;

    EvalFiles(Path report) {
        this.report = report;
    }

    Path prompts() {
        return beside(".prompts.jsonl");
    }

    Path answers() {
        return beside(".answers.jsonl");
    }

    Path errors() {
        return beside(".answers.errors.jsonl");
    }

    private Path samples() {
        return beside(".samples.jsonl");
    }

    private Path beside(String suffix) {
        return report.resolveSibling(report.getFileName() + suffix);
    }

    void writePrompts(List<MultipleChoice> questions) throws IOException {
        Path folder = report.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (BufferedWriter out = Files.newBufferedWriter(prompts())) {
            for (int i = 0; i < questions.size(); i++) {
                MultipleChoice question = questions.get(i);
                write(out, contextId(i), question.scoredAfter());
                for (int choice = 0; choice < question.choices().size(); choice++) {
                    write(out, choiceId(i, choice), question.text(choice));
                }
            }
        }
    }

    private static void write(BufferedWriter out, String id, String prompt) throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.put("id", id)
                .put("prompt", prompt)
                .put("max_tokens", 0)
                .put("echo", true)
                .put("logprobs", true);
        out.write(line.toString());
        out.write('\n');
    }

    /** Scores the answers, and writes the report and what each question got. */
    EvalReport report(List<MultipleChoice> questions) throws IOException {
        Map<String, EchoedPrompt> found = new HashMap<>();
        read(answers(), found);
        read(errors(), found);
        EvalReport result = new EvalReport(questions.size());
        try (BufferedWriter out = Files.newBufferedWriter(samples())) {
            for (int i = 0; i < questions.size(); i++) {
                MultipleChoice question = questions.get(i);
                EchoedPrompt context = found.get(contextId(i));
                List<@Nullable EchoedPrompt> choices = new ArrayList<>();
                for (int choice = 0; choice < question.choices().size(); choice++) {
                    choices.add(found.get(choiceId(i, choice)));
                }
                out.write(result.add(question, context, choices).toString());
                out.write('\n');
            }
        }
        Files.writeString(report, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result.json()) + "\n");
        return result;
    }

    private static void read(Path path, Map<String, EchoedPrompt> into) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                EchoedPrompt answer = EchoedPrompt.of(line);
                into.put(answer.id(), answer);
            }
        }
    }

    private static String contextId(int question) {
        return (question + 1) + "/context";
    }

    private static String choiceId(int question, int choice) {
        return (question + 1) + "/" + choice;
    }
}
