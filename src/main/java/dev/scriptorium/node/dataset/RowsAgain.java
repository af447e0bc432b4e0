package dev.scriptorium.node.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.run.PromptWriter;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.token.TemplateException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows as prompts, and what was written for them against what the dataset has. */
final class RowsAgain {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN_CHARACTERS = 40;

    private final Path folder;
    private final List<VerifiedRow> rows;
    private final Recipe recipe;
    private final PromptWriter writer;
    private final List<String> problems = new ArrayList<>();

    RowsAgain(Path folder, List<VerifiedRow> rows, Recipe recipe) throws IOException {
        this.folder = folder;
        this.rows = rows;
        this.recipe = recipe;
        this.writer = new PromptWriter(recipe);
        try (BufferedWriter out = Files.newBufferedWriter(prompts())) {
            for (VerifiedRow row : rows) {
                checkPrompt(row);
                out.write(prompt(row).toString());
                out.write('\n');
            }
        }
    }

    /** What showed before anything was written. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    Path prompts() {
        return folder.resolve("prompts.jsonl");
    }

    Path answers() {
        return folder.resolve("answers.jsonl");
    }

    Path errors() {
        return folder.resolve("errors.jsonl");
    }

    /** @throws IllegalStateException if another model is loaded than wrote the rows */
    void requireWeights(String loaded) {
        for (VerifiedRow row : rows) {
            if (!row.weightsDigest().equals(loaded)) {
                throw new IllegalStateException(
                        "row %s was written by weights %s, but the model here is %s; say --model"
                                .formatted(row.id(), row.weightsDigest(), loaded));
            }
        }
    }

    List<String> compare() throws IOException {
        Map<String, JsonNode> answers = new HashMap<>();
        for (Path file : List.of(answers(), errors())) {
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    JsonNode answer = JSON.readTree(line);
                    answers.put(answer.path("id").asText(), answer);
                }
            }
        }
        List<String> differences = new ArrayList<>();
        for (VerifiedRow row : rows) {
            JsonNode answer = answers.get(row.id());
            if (answer == null || !answer.has("text")) {
                differences.add("row %s: no text, but %s"
                        .formatted(
                                row.id(),
                                answer == null
                                        ? "nothing"
                                        : answer.path("error").toString()));
            } else if (!answer.path("text").asText().equals(row.text())) {
                differences.add(difference(row, answer.path("text").asText()));
            }
        }
        return differences;
    }

    private static String difference(VerifiedRow row, String again) {
        String text = row.text();
        int at = 0;
        while (at < Math.min(text.length(), again.length()) && text.charAt(at) == again.charAt(at)) {
            at++;
        }
        return "row %s: the text differs from character %d on: '%s' in the dataset, '%s' again"
                .formatted(row.id(), at, part(text, at), part(again, at));
    }

    private static String part(String text, int from) {
        return text.substring(from, Math.min(text.length(), from + SHOWN_CHARACTERS))
                .replace("\n", "\\n");
    }

    /** The prompt must be what its template makes of its seed row. */
    private void checkPrompt(VerifiedRow row) {
        try {
            String version = recipe.template(row.key().template()).version();
            if (!version.equals(row.templateVersion())) {
                problems.add("row %s: its template has version %s, but the recipe's is %s"
                        .formatted(row.id(), row.templateVersion(), version));
            } else if (!writer.text(row.key(), row.seed()).equals(row.prompt())) {
                problems.add("row %s: its prompt is not what its template makes of its seed row".formatted(row.id()));
            }
        } catch (TemplateException | IllegalArgumentException e) {
            problems.add("row %s: its prompt cannot be made again: %s".formatted(row.id(), e.getMessage()));
        }
    }

    private ObjectNode prompt(VerifiedRow row) {
        ObjectNode line = JSON.createObjectNode();
        line.put("id", row.id());
        switch (writer.input(row.key(), row.prompt(), row.seed())) {
            case Input.Text(String text, boolean _) -> line.put("prompt", text);
            case Input.Chat(List<Message> messages) -> {
                ArrayNode turns = line.putArray("messages");
                messages.forEach(
                        message -> turns.addObject().put("role", message.role()).put("content", message.content()));
            }
        }
        ObjectNode sampling = row.sampling().deepCopy();
        sampling.remove(List.of("n", "response_format_digest"));
        line.setAll(sampling);
        return line;
    }
}
