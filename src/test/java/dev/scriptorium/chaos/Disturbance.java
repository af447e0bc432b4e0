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
    /** What can go wrong. */
    enum Kind {
        KILL_WORKER(300, 2_000),
        KILL_ROUTER(300, 2_000),
        KILL_BROKER(300, 3_000),
        STOP_WORKER(7_000, 10_000),
        STOP_ROUTER(7_000, 10_000),
        STOP_BROKER(2_000, 8_000),
        CUT_CONNECTIONS(100, 4_000),
        BROKER_DISK_FULL(2_000, 5_000),
        ROUTER_DISK_FULL(2_000, 5_000),
        GARBAGE(0, 1);

        private final int leastMs;
        private final int mostMs;

        Kind(int leastMs, int mostMs) {
            this.leastMs = leastMs;
            this.mostMs = mostMs;
        }
    }

    /** Each kind so often, in an order, at moments and for times that the seed decides. */
    static List<Disturbance> storm(long seed, int timesEach, Duration gapMost) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Kind> kinds = new ArrayList<>();
        for (int i = 0; i < timesEach; i++) {
            kinds.addAll(List.of(Kind.values()));
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
