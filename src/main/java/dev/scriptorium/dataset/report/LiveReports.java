package dev.scriptorium.dataset.report;

import dev.scriptorium.dataset.Row;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reports of the latest datasets. */
public final class LiveReports {
    /** One that had no row for the longest time is forgotten first. */
    public static final int DATASETS_MAX = 100;

    private final Map<String, LiveReport> byJob = new HashMap<>();

    /** @param at when the row ended */
    public void add(Row row, Instant at) {
        LiveReport known = byJob.get(row.job());
        if (known == null || !known.tellsOf(row)) {
            known = new LiveReport(row, at);
            byJob.put(row.job(), known);
            forget();
        }
        known.add(row, at);
    }

    /** The one with the latest row first. */
    public List<Report> all(Instant now) {
        return byJob.values().stream()
                .map(report -> report.report(now))
                .sorted(Comparator.comparing(Report::lastAt).reversed().thenComparing(Report::job))
                .toList();
    }

    /** Null if no row of that job is known. */
    public @Nullable Report of(String job, Instant now) {
        LiveReport found = byJob.get(job);
        return found == null ? null : found.report(now);
    }

    private void forget() {
        if (byJob.size() > DATASETS_MAX) {
            byJob.entrySet().stream()
                    .min(Map.Entry.comparingByValue(Comparator.comparing(LiveReport::lastAt)))
                    .map(Map.Entry::getKey)
                    .ifPresent(byJob::remove);
        }
    }
}
