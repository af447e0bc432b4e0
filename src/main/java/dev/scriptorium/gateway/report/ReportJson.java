package dev.scriptorium.gateway.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.export.Statistics;
import dev.scriptorium.dataset.report.Report;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reports as the page reads them. */
public final class ReportJson {
    private ReportJson() {}

    /** Counts alone. */
    public static void line(ObjectNode into, Report report) {
        Statistics counts = report.counts();
        into.put("job", report.job());
        into.put("status", report.isFinished() ? "completed" : "in_progress");
        into.put("rows", report.rows());
        into.put("ended", report.ended());
        into.put("kept", counts.kept());
        into.put("dropped", counts.dropped());
        into.put("failed", counts.failed());
        into.put("redrawn", counts.redrawn());
        into.put("duplicates", counts.duplicates());
        into.put("tokens", counts.tokens());
        into.put("prompt_tokens", counts.promptTokens());
        into.put("rows_per_second", report.rowsPerSecond());
        if (report.rowsPerSecond() > 0 && report.rows() > 0) {
            into.put("seconds_left", (report.rows() - report.ended()) / report.rowsPerSecond());
        } else {
            into.putNull("seconds_left");
        }
        into.put("first_at", report.firstAt().toString());
        into.put("last_at", report.lastAt().toString());
    }

    /** All of it. */
    public static void whole(ObjectNode into, Report report) {
        line(into, report);
        Statistics counts = report.counts();
        ArrayNode histogram = into.putArray("token_histogram");
        long from = 0;
        for (int i = 0; i < counts.tokenHistogram().size(); i++) {
            ObjectNode part = histogram.addObject().put("from", from);
            if (i < Statistics.TOKEN_BOUNDS.size()) {
                long to = Statistics.TOKEN_BOUNDS.get(i);
                part.put("to", to);
                from = to + 1;
            } else {
                part.putNull("to");
            }
            part.put("rows", counts.tokenHistogram().get(i));
        }
        ArrayNode gates = into.putArray("gates");
        counts.gates()
                .forEach((name, count) -> gates.addObject()
                        .put("gate", name)
                        .put("rule", count.rule())
                        .put("passed", count.passed())
                        .put("redrawn", count.redrawn())
                        .put("dropped", count.dropped()));
        counts(into.putArray("templates"), counts.formats());
        counts(into.putArray("audiences"), counts.audiences());
        rows(into.putArray("samples"), report.kept());
        rows(into.putArray("refused"), report.refused());
    }

    private static void counts(ArrayNode into, Map<String, Long> counts) {
        counts.forEach((name, rows) -> into.addObject().put("name", name).put("kept", rows));
    }

    private static void rows(ArrayNode into, List<Row> rows) {
        for (Row row : rows) {
            ObjectNode node = into.addObject();
            node.put("number", row.number());
            node.put("id", row.key().id());
            node.put("fate", row.fate().name().toLowerCase(Locale.ROOT));
            node.put("prompt", row.prompt());
            Row.Written written = row.written();
            node.put("text", written == null ? null : written.text());
            node.put("tokens", written == null ? 0 : written.tokens());
            node.put("request", written == null ? null : written.provenance().request());
            node.put("drawn_again", row.earlier().size());
            node.put("error", row.error());
            ArrayNode verdicts = node.putArray("gates");
            for (Verdict verdict : row.verdicts()) {
                verdicts.addObject()
                        .put("gate", verdict.gate())
                        .put("passed", verdict.passed())
                        .put("value", verdict.value())
                        .put("rule", verdict.rule())
                        .put("duplicate_of", verdict.duplicateOf());
            }
        }
    }
}
