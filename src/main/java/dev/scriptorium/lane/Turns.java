package dev.scriptorium.lane;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is next among any number of equals, by what each has had: start-time fair queueing (Goyal, Vin and Cheng, 1996),
 * which shares as deficit round robin does and needs no quantum.
 *
 * <p>Each has a clock that runs by what it took, and the one furthest behind is next; ties go to the one that came
 * first. Whoever comes anew begins at the time of those that are there, so waiting earns nothing, and whoever leaves
 * with a debt finds it again until the others have caught up.
 *
 * @param <K> who
 */
final class Turns<K> {
    private final Map<K, Long> clocks = new LinkedHashMap<>();
    /** The clock of the one served last. */
    private long now;

    void join(K who) {
        clocks.merge(who, now, Math::max);
    }

    /** The next of those that have work; null if nobody has. */
    @Nullable
    K next(Predicate<K> hasWork) {
        K best = null;
        long least = Long.MAX_VALUE;
        for (Map.Entry<K, Long> entry : clocks.entrySet()) {
            if (entry.getValue() < least && hasWork.test(entry.getKey())) {
                best = entry.getKey();
                least = entry.getValue();
            }
        }
        return best;
    }

    void took(K who, long cost) {
        long clock = clocks.getOrDefault(who, now);
        now = Math.max(now, clock);
        clocks.put(who, clock + cost);
    }

    /** Forgets those without work that owe nothing any more. */
    void tidy(Predicate<K> hasWork) {
        List<K> gone = new ArrayList<>();
        clocks.forEach((who, clock) -> {
            if (clock <= now && !hasWork.test(who)) {
                gone.add(who);
            }
        });
        gone.forEach(clocks::remove);
    }

    int size() {
        return clocks.size();
    }
}
