package dev.scriptorium.batch;

import dev.scriptorium.event.Rejection;
import dev.scriptorium.wire.AnswerFormat;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.AnswerReader.Answer;
import dev.scriptorium.wire.AnswerWriter;
import dev.scriptorium.wire.file.StableAnswer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files of a job's answers: each request stands in them once, however often somebody begins to write. */
final class AnswerBook implements AutoCloseable {
    private final BulkJob job;
    private final AnswerReader reader = new AnswerReader();
    private final AnswerWriter writer = new AnswerWriter();
    private final StableAnswer stable = new StableAnswer();
    /** Keys whose completion stands in the output (true) or whose rejection stands in the error file (false). */
    private final Map<String, Boolean> answered = new HashMap<>();
    /** Messages in the error file: conflicts have no event of their own and are found again by every run. */
    private final Set<String> errorMessages = new HashSet<>();

    private final AnswerFile output;
    private final AnswerFile errors;

    private AnswerBook(BulkJob job) {
        this.job = job;
        this.output = AnswerFile.open(job.answers(), json -> remember(json, true));
        this.errors = AnswerFile.openOnDemand(job.rejections(), json -> remember(json, false));
    }

    static AnswerBook open(BulkJob job) {
        return new AnswerBook(job);
    }

    /** Whether it stands in the output (true), in the error file (false), or nowhere yet. */
    @Nullable
    Boolean find(String key) {
        return answered.get(key);
    }

    /** How many requests stand in the files. */
    int size() {
        return answered.size();
    }

    void write(String key, Answer answer) {
        String json = job.form() == BulkJob.Form.STABLE ? stable.of(answer.json()) : answer.json();
        boolean isOutput = answer.error() == null;
        (isOutput ? output : errors).append(json);
        answered.put(key, isOutput);
    }

    /** A failure that the pipeline has no event for; nothing is written if it stands in the file already. */
    void write(Rejection conflict) {
        if (errorMessages.add(conflict.message())) {
            answered.put(conflict.request().key(), false);
            String json = new String(writer.write(conflict, AnswerFormat.JSON), StandardCharsets.UTF_8);
            errors.append(job.form() == BulkJob.Form.STABLE ? stable.of(json) : json);
        }
    }

    @Override
    public void close() {
        try (output;
                errors) {
            answered.clear();
        }
    }

    private void remember(String json, boolean isOutput) {
        Answer answer = reader.read(json.getBytes(StandardCharsets.UTF_8));
        if (answer.error() != null) {
            errorMessages.add(answer.error());
        }
        answered.put(job.name() + "/" + answer.id(), isOutput);
    }
}
