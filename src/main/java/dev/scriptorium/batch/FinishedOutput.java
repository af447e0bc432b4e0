package dev.scriptorium.batch;

import dev.scriptorium.table.Row;
import dev.scriptorium.table.Table;
import dev.scriptorium.wire.file.Tables;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last step of a job whose output has an order of its own: answers were added as they came, and now they are
 * written again as the input has them. The new file takes the old one's place in one go, so there is always a whole
 * one.
 */
final class FinishedOutput {
    private static final List<@Nullable Object> NOTHING = Arrays.asList(null, null, null, null, null);

    private final BulkJob job;
    private final String fileName;
    private final Tables tables = new Tables();

    private FinishedOutput(BulkJob job) {
        this.job = job;
        this.fileName = String.valueOf(job.input().path().getFileName());
    }

    static FinishedOutput of(BulkJob job) {
        return new FinishedOutput(job);
    }

    void write() {
        try {
            switch (job.input().format()) {
                case JSON_LINES -> {
                    if (job.form() == BulkJob.Form.STABLE) {
                        sort(job.output());
                        sort(job.errors());
                    }
                }
                case CSV, TSV, PARQUET -> table();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the output " + job.output() + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Lines in the order of the input; what is not of this input, from an earlier one, stays at the end. */
    private void sort(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return;
        }
        Path sorted = file.resolveSibling(file.getFileName() + ".partial");
        try (AnswerIndex answers = AnswerIndex.of(file);
                OutputStream to = new BufferedOutputStream(Files.newOutputStream(sorted));
                PromptSource input = job.input().open(job.topics().recordBytesMax())) {
            LineIntake intake = LineIntake.of(job);
            for (PromptLines.Line line = input.next(); line != null; line = input.next()) {
                // A line that has no answer of its own, because its id is another's, is named after its place.
                copy(answers, fileName + ":" + line.number(), to);
                if (intake.decide(line, java.time.Instant.EPOCH) instanceof LineIntake.Decision.Send send) {
                    copy(answers, send.key().substring(job.name().length() + 1), to);
                }
            }
            for (String id = answers.leftOver(); id != null; id = answers.leftOver()) {
                copy(answers, id, to);
            }
        }
        Files.move(sorted, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void copy(AnswerIndex from, String id, OutputStream to) throws IOException {
        byte[] line = from.take(id);
        if (line != null) {
            to.write(line);
        }
    }

    /** Rows as they came with what was written for them beside; the collected answers are not needed after that. */
    private void table() throws IOException {
        Path partial = job.output().resolveSibling(job.output().getFileName() + ".partial");
        PromptFile input = job.input();
        try (AnswerIndex answers = AnswerIndex.of(job.answers());
                AnswerIndex rejections = AnswerIndex.of(job.rejections())) {
            new Table(input.path(), input.format())
                    .widen(partial, TablePrompts.ANSWER, row -> cells(row, answers, rejections));
        }
        Files.move(partial, job.output(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(job.answers());
        Files.deleteIfExists(job.rejections());
    }

    private List<@Nullable Object> cells(Row row, AnswerIndex answers, AnswerIndex rejections) throws IOException {
        String ownId = TablePrompts.id(row, job.input().columns());
        String id = ownId == null ? "line-" + row.number() : ownId;
        byte[] found = rejections.take(fileName + ":" + row.number());
        found = found != null ? found : answers.take(id);
        found = found != null ? found : rejections.take(id);
        if (found == null) {
            return NOTHING;
        }
        Tables.Cells cells = tables.cells(new String(found, StandardCharsets.UTF_8));
        if (cells.error() != null) {
            return Arrays.asList(null, null, null, null, cells.error());
        }
        return Arrays.asList(
                String.valueOf(cells.text()),
                String.valueOf(cells.finishReason()),
                cells.promptTokens(),
                cells.completionTokens(),
                null);
    }
}
