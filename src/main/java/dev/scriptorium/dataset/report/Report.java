package dev.scriptorium.dataset.report;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.export.Statistics;
import java.time.Instant;
import java.util.List;

/**
 * How one dataset is getting on.
 *
 * @param rows how many its recipe makes, kept or not; 0 if nobody said so
 * @param counts of the rows that have ended
 * @param rowsPerSecond that ended lately; 0 once all have
 * @param firstAt when the first row ended
 * @param lastAt when the last one did
 * @param kept rows to read, each as likely as any other
 * @param refused the latest rows that were dropped or failed
 */
public record Report(
        String job,
        long rows,
        Statistics counts,
        double rowsPerSecond,
        Instant firstAt,
        Instant lastAt,
        List<Row> kept,
        List<Row> refused) {
    public Report {
        kept = List.copyOf(kept);
        refused = List.copyOf(refused);
    }

    /** Rows that are kept, dropped or failed. */
    public long ended() {
        return counts.kept() + counts.dropped() + counts.failed();
    }

    public boolean isFinished() {
        return rows > 0 && ended() >= rows;
    }
}
