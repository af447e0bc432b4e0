package dev.scriptorium.dataset.evaluation;

import dev.scriptorium.table.Row;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions as the benchmarks' files have them, asked as lm-evaluation-harness asks them:
 *
 * <ul>
 *   <li>ARC, as AI2 and as the hub have it: {@code question} with {@code choices} of {@code text} and {@code label} and
 *       an {@code answerKey}, asked as {@code Question: …} and {@code Answer:};
 *   <li>OpenBookQA: {@code question_stem} likewise, asked as it stands;
 *   <li>anything else: {@code context}, {@code choices}, and the index of the right one, from 0, as {@code answer}.
 * </ul>
 */
public final class TaskFile {
    /** @throws IllegalStateException for what is no question; the message names file, line and field */
    public static List<MultipleChoice> read(Path path) throws IOException {
        List<MultipleChoice> all = new ArrayList<>();
        try (RowReader rows = Table.of(path).open()) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
                try {
                    all.add(question(row));
                } catch (IllegalArgumentException e) {
                    throw new IllegalStateException(path + ":" + row.number() + ": " + e.getMessage(), e);
                }
            }
        }
        if (all.isEmpty()) {
            throw new IllegalStateException(path + ": has no question");
        }
        return all;
    }

    private static MultipleChoice question(Row row) {
        String id = row.text("id") == null ? "line-" + row.number() : String.valueOf(row.text("id"));
        Object question = row.values().get("question");
        if (question instanceof Map<?, ?> nested) {
            return labelled(id, asked(text(nested.get("stem"), "question.stem")), nested.get("choices"), row);
        }
        if (question != null) {
            return labelled(id, asked(text(question, "question")), row.values().get("choices"), row);
        }
        if (row.text("question_stem") != null) {
            return labelled(
                    id, String.valueOf(row.text("question_stem")), row.values().get("choices"), row);
        }
        if (row.text("context") != null) {
            List<String> choices = texts(row.values().get("choices"), "choices");
            if (!(row.values().get("answer") instanceof Long answer)) {
                throw new IllegalArgumentException(
                        "field 'answer' must be the index of the right choice, from 0, but is "
                                + row.values().get("answer"));
            }
            return new MultipleChoice(
                    id, String.valueOf(row.text("context")), choices, Math.toIntExact(Math.min(answer, 1 << 20)));
        }
        throw new IllegalArgumentException("is no question: it has none of the fields 'question', 'question_stem' and"
                + " 'context', but " + String.join(", ", row.values().keySet()));
    }

    private static String asked(String question) {
        return "Question: " + question + "\nAnswer:";
    }

    private static MultipleChoice labelled(String id, String context, @Nullable Object found, Row row) {
        List<String> labels = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        if (found instanceof Map<?, ?> columns) {
            labels.addAll(texts(columns.get("label"), "choices.label"));
            texts.addAll(texts(columns.get("text"), "choices.text"));
        } else if (found instanceof List<?> list) {
            for (Object choice : list) {
                if (!(choice instanceof Map<?, ?> fields)) {
                    throw new IllegalArgumentException("field 'choices' must have objects with 'label' and 'text'");
                }
                labels.add(text(fields.get("label"), "choices.label"));
                texts.add(text(fields.get("text"), "choices.text"));
            }
        } else {
            throw new IllegalArgumentException("field 'choices' must have 'text' and 'label', but is " + found);
        }
        String key = text(row.values().get("answerKey"), "answerKey").strip();
        int gold = labels.indexOf(key);
        if (gold < 0 || labels.size() != texts.size()) {
            throw new IllegalArgumentException(
                    "field 'answerKey' is '" + key + "', but the labels of the choices are " + labels);
        }
        return new MultipleChoice(id, context, texts, gold);
    }

    private static List<String> texts(@Nullable Object found, String field) {
        if (!(found instanceof List<?> list)) {
            throw new IllegalArgumentException("field '" + field + "' must be a list of texts, but is " + found);
        }
        List<String> all = new ArrayList<>();
        list.forEach(each -> all.add(text(each, field)));
        return all;
    }

    private static String text(@Nullable Object found, String field) {
        if (!(found instanceof String text)) {
            throw new IllegalArgumentException("field '" + field + "' must be a text, but is " + found);
        }
        return text;
    }

    private TaskFile() {}
}
