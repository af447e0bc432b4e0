package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.export.Statistics.GateCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts rows, going on from what was counted before. Belongs to one thread. */
public final class Tally {
    private long kept;
    private long dropped;
    private long failed;
    private long redrawn;
    private long duplicates;
    private long tokens;
    private long promptTokens;
    private final List<Long> histogram;
    private final Map<String, GateCount> gates;
    private final Map<String, Long> formats;
    private final Map<String, Long> audiences;

    public Tally(Statistics before) {
        this.kept = before.kept();
        this.dropped = before.dropped();
        this.failed = before.failed();
        this.redrawn = before.redrawn();
        this.duplicates = before.duplicates();
        this.tokens = before.tokens();
        this.promptTokens = before.promptTokens();
        this.histogram = new ArrayList<>(before.tokenHistogram());
        this.gates = new LinkedHashMap<>(before.gates());
        this.formats = new TreeMap<>(before.formats());
        this.audiences = new TreeMap<>(before.audiences());
    }

    public void add(Row row) {
        // First, because they name the gates in their order.
        for (Verdict verdict : row.verdicts()) {
            count(verdict, verdict.passed() ? 1 : 0, 0, verdict.passed() ? 0 : 1);
        }
        for (Row.Earlier earlier : row.earlier()) {
            redrawn++;
            count(earlier.failed(), 0, 1, 0);
        }
        switch (row.fate()) {
            case KEPT -> keep(row);
            case DROPPED -> dropped++;
            case FAILED -> failed++;
        }
    }

    public Statistics statistics() {
        return new Statistics(
                kept, dropped, failed, redrawn, duplicates, tokens, promptTokens, histogram, gates, formats, audiences);
    }

    private void keep(Row row) {
        kept++;
        Row.Written written = row.written();
        if (written != null) {
            tokens += written.tokens();
            promptTokens += written.promptTokens();
            int part = 0;
            while (part < Statistics.TOKEN_BOUNDS.size() && written.tokens() > Statistics.TOKEN_BOUNDS.get(part)) {
                part++;
            }
            histogram.set(part, histogram.get(part) + 1);
        }
        formats.merge(row.key().template(), 1L, Long::sum);
        if (!row.key().audience().isEmpty()) {
            audiences.merge(row.key().audience(), 1L, Long::sum);
        }
    }

    private void count(Verdict verdict, long passed, long again, long last) {
        duplicates += verdict.duplicateOf() == null ? 0 : 1;
        GateCount before = gates.getOrDefault(verdict.gate(), new GateCount(verdict.rule(), 0, 0, 0));
        gates.put(
                verdict.gate(),
                new GateCount(
                        before.rule(), before.passed() + passed, before.redrawn() + again, before.dropped() + last));
    }
}
