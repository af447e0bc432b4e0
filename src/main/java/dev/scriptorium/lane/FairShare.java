package dev.scriptorium.lane;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Shares a worker between lanes by weight, counted in tokens.
 *
 * <p>Each lane has a clock that runs by the tokens it took, divided by its weight, and the lane whose clock is furthest
 * behind is next; ties go to the heavier lane. So over time each busy lane gets its share, and none starves. A lane
 * that was idle starts at the clock of those that were not: waiting earns nothing, but its first prompt goes next or
 * nearly so.
 */
final class FairShare {
    private final int[] weights;
    private final double[] clocks;
    private final boolean[] busy;

    FairShare(List<Integer> weights) {
        this.weights = weights.stream().mapToInt(Integer::intValue).toArray();
        this.clocks = new double[this.weights.length];
        this.busy = new boolean[this.weights.length];
    }

    /**
     * The lane to serve next, -1 if none has anything.
     *
     * @param hasWork whether the lane of this number has
     */
    int next(IntPredicate hasWork) {
        wakeUp(hasWork);
        int best = -1;
        for (int lane = 0; lane < weights.length; lane++) {
            if (busy[lane] && (best < 0 || goesBefore(lane, best))) {
                best = lane;
            }
        }
        return best;
    }

    void took(int lane, long tokens) {
        clocks[lane] += (double) tokens / weights[lane];
    }

    private boolean goesBefore(int lane, int other) {
        return clocks[lane] < clocks[other] || (clocks[lane] == clocks[other] && weights[lane] > weights[other]);
    }

    private void wakeUp(IntPredicate hasWork) {
        double now = Double.POSITIVE_INFINITY;
        double latest = 0;
        for (int lane = 0; lane < weights.length; lane++) {
            latest = Math.max(latest, clocks[lane]);
            if (busy[lane]) {
                now = Math.min(now, clocks[lane]);
            }
        }
        double floor = now == Double.POSITIVE_INFINITY ? latest : now;
        for (int lane = 0; lane < weights.length; lane++) {
            boolean has = hasWork.test(lane);
            if (has && !busy[lane]) {
                clocks[lane] = Math.max(clocks[lane], floor);
            }
            busy[lane] = has;
        }
    }
}
