package dev.scriptorium.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Something bad that happens to the system under test.
 *
 * @param at since the storm began
 * @param lasts until it is undone
 * @param target random number from which whatever it hits is chosen
 */
record Disturbance(Kind kind, Duration at, Duration lasts, int target) {
    /** Whose work it may cost, so that it has to be done again. */
    enum Hits {
        WORKER,
        BROKER,
        NO_WORK
    }

    /** What can go wrong. */
    enum Kind {
        KILL_WORKER(Hits.WORKER, 300, 2_000),
        KILL_ROUTER(Hits.NO_WORK, 300, 2_000),
        KILL_BROKER(Hits.BROKER, 300, 3_000),
        STOP_WORKER(Hits.WORKER, 7_000, 10_000),
        STOP_ROUTER(Hits.NO_WORK, 7_000, 10_000),
        STOP_BROKER(Hits.BROKER, 2_000, 8_000),
        CUT_CONNECTIONS(Hits.BROKER, 100, 4_000),
        BROKER_DISK_FULL(Hits.BROKER, 2_000, 5_000),
        ROUTER_DISK_FULL(Hits.NO_WORK, 2_000, 5_000),
        GARBAGE(Hits.NO_WORK, 0, 1);

        private final Hits hits;
        private final int leastMs;
        private final int mostMs;

        Kind(Hits hits, int leastMs, int mostMs) {
            this.hits = hits;
            this.leastMs = leastMs;
            this.mostMs = mostMs;
        }

        Hits hits() {
            return hits;
        }
    }

    /** Each of these kinds so often, in an order, at moments and for times that the seed decides. */
    static List<Disturbance> storm(long seed, List<Kind> each, int times, Duration gapMost) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Kind> kinds = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            kinds.addAll(each);
        }
        Collections.shuffle(kinds, Random.from(random));
        List<Disturbance> storm = new ArrayList<>();
        Duration at = Duration.ZERO;
        for (Kind kind : kinds) {
            at = at.plusMillis(random.nextLong(gapMost.toMillis() / 4, gapMost.toMillis()));
            Duration lasts = Duration.ofMillis(random.nextInt(kind.leastMs, kind.mostMs));
            storm.add(new Disturbance(kind, at, lasts, random.nextInt(Integer.MAX_VALUE)));
        }
        return storm;
    }
}
