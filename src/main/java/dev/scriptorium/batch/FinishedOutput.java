package dev.scriptorium.batch;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.scriptorium.wire.file.Tables;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last step of a job whose output has an order of its own: answers were added as they came, and now they are
 * written again as the input has them. The new file takes the old one's place in one go, so there is always a whole
 * one.
 */
final class FinishedOutput {
    /** What a table has beside the user's own columns. */
    private static final List<String> COLUMNS =
            List.of("completion", "finish_reason", "prompt_tokens", "completion_tokens", "error");

    private static final List<String> NOTHING = List.of("", "", "", "", "");

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
                case CSV -> table(',');
                case TSV -> table('\t');
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
    private void table(char separator) throws IOException {
        Path partial = job.output().resolveSibling(job.output().getFileName() + ".partial");
        try (AnswerIndex answers = AnswerIndex.of(job.answers());
                AnswerIndex rejections = AnswerIndex.of(job.rejections());
                CsvWriter writer = CsvWriter.builder()
                        .fieldSeparator(separator)
                        .lineDelimiter(LineDelimiter.LF)
                        .build(partial);
                TableRows rows = new TableRows(job.input(), separator)) {
            boolean headed = false;
            for (NamedCsvRecord row = rows.row(); row != null; row = rows.row()) {
                if (!headed) {
                    writer.writeRecord(with(row.getHeader(), COLUMNS));
                    headed = true;
                }
                writer.writeRecord(with(row.getFields(), cells(row, rows.id(row), answers, rejections)));
            }
        }
        Files.move(partial, job.output(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(job.answers());
        Files.deleteIfExists(job.rejections());
    }

    private List<String> cells(NamedCsvRecord row, @Nullable String ownId, AnswerIndex answers, AnswerIndex rejections)
            throws IOException {
        long line = row.getStartingLineNumber();
        String id = ownId == null ? "line-" + line : ownId;
        byte[] found = rejections.take(fileName + ":" + line);
        found = found != null ? found : answers.take(id);
        found = found != null ? found : rejections.take(id);
        if (found == null) {
            return NOTHING;
        }
        Tables.Cells cells = tables.cells(new String(found, StandardCharsets.UTF_8));
        if (cells.error() != null) {
            return List.of("", "", "", "", cells.error());
        }
        return List.of(
                String.valueOf(cells.text()),
                String.valueOf(cells.finishReason()),
                Long.toString(cells.promptTokens()),
                Long.toString(cells.completionTokens()),
                "");
    }

    private static List<String> with(List<String> row, List<String> more) {
        List<String> all = new ArrayList<>(row);
        all.addAll(more);
        return all;
    }
}
