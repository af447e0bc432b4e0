package dev.scriptorium.dataset.report;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.export.Statistics;
import dev.scriptorium.dataset.export.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Counts one dataset's rows as they come, and keeps a few of them. */
final class LiveReport {
    static final int KEPT_MAX = 12;
    static final int REFUSED_MAX = 8;
    static final int CHARACTERS_MAX = 2_000;

    /** Speed is that of so long; rows come in bursts, when a late one lets those behind it go. */
    private static final Duration SPEED_SPAN = Duration.ofMinutes(2);

    private static final Duration SPEED_STEP = Duration.ofSeconds(5);

    private final String job;
    private final Tally tally = new Tally(Statistics.NONE);
    private final SplittableRandom random;
    private final List<Row> kept = new ArrayList<>();
    private final Deque<Row> refused = new ArrayDeque<>();
    /** The latest last. */
    private final Deque<Step> steps = new ArrayDeque<>();

    private final String recipeDigest;
    private final Instant firstAt;
    private Instant lastAt;
    private long rows;
    private long keptSeen;

    private record Step(long number, long rows) {}

    LiveReport(Row first, Instant at) {
        this.job = first.job();
        this.random = new SplittableRandom(job.hashCode());
        this.recipeDigest = digest(first, "");
        this.firstAt = at;
        this.lastAt = at;
    }

    /** Whether a row is of the dataset that this one tells of, and not of a later one under the same name. */
    boolean tellsOf(Row row) {
        return recipeDigest.isEmpty() || recipeDigest.equals(digest(row, recipeDigest));
    }

    void add(Row row, Instant at) {
        tally.add(row);
        rows = Math.max(rows, row.rows());
        lastAt = at.isAfter(lastAt) ? at : lastAt;
        count(step(at));
        if (row.fate() == Row.Fate.KEPT) {
            keep(row);
        } else {
            refused.addFirst(shortened(row));
            if (refused.size() > REFUSED_MAX) {
                refused.removeLast();
            }
        }
    }

    Instant lastAt() {
        return lastAt;
    }

    Report report(Instant now) {
        Statistics counts = tally.statistics();
        boolean isOver = rows > 0 && counts.kept() + counts.dropped() + counts.failed() >= rows;
        return new Report(
                job, rows, counts, isOver ? 0 : rowsPerSecond(now), firstAt, lastAt, kept, List.copyOf(refused));
    }

    private double rowsPerSecond(Instant now) {
        long oldest = step(now.minus(SPEED_SPAN));
        long lately = steps.stream()
                .filter(step -> step.number() >= oldest)
                .mapToLong(Step::rows)
                .sum();
        Duration running = Duration.between(firstAt, now);
        Duration span = running.compareTo(SPEED_SPAN) < 0 ? running : SPEED_SPAN;
        return lately / Math.max(1, span.toMillis() / 1000.0);
    }

    private void count(long number) {
        Step last = steps.peekLast();
        if (last != null && last.number() >= number) {
            steps.removeLast();
            steps.addLast(new Step(last.number(), last.rows() + 1));
        } else {
            steps.addLast(new Step(number, 1));
        }
        while (steps.size() > SPEED_SPAN.dividedBy(SPEED_STEP) + 1) {
            steps.removeFirst();
        }
    }

    private void keep(Row row) {
        keptSeen++;
        if (kept.size() < KEPT_MAX) {
            kept.add(shortened(row));
            return;
        }
        long place = random.nextLong(keptSeen);
        if (place < KEPT_MAX) {
            kept.set((int) place, shortened(row));
        }
    }

    private static long step(Instant at) {
        return at.getEpochSecond() / SPEED_STEP.toSeconds();
    }

    private static String digest(Row row, String otherwise) {
        Row.Written written = row.written();
        return written == null ? otherwise : written.provenance().recipeDigest();
    }

    private static Row shortened(Row row) {
        Row.Written text = row.written();
        return new Row(
                row.job(),
                row.number(),
                row.rows(),
                row.key(),
                row.fate(),
                shortened(row.prompt()),
                "",
                row.choice(),
                text == null ? null : shortened(text),
                row.verdicts(),
                row.earlier(),
                row.error());
    }

    private static Row.Written shortened(Row.Written written) {
        return new Row.Written(
                shortened(written.text()),
                written.promptTokens(),
                written.tokens(),
                written.finishReason(),
                written.provenance());
    }

    private static String shortened(String text) {
        if (text.length() <= CHARACTERS_MAX) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(CHARACTERS_MAX - 1)) ? CHARACTERS_MAX - 1 : CHARACTERS_MAX;
        return text.substring(0, end) + " …";
    }
}
