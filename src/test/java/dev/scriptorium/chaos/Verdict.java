package dev.scriptorium.chaos;

/**
 * What a storm did.
 *
 * @param accepted prompts that the broker took
 * @param lost of them, those without an answer
 * @param duplicated answers beyond the first of an id
 * @param differing answers that are not byte for byte those of the calm run
 * @param tokensTwice tokens of outcomes that came again for the same request
 * @param tokensInFlight tokens of what workers had begun and not finished, added up over the disturbances that hit
 *     workers or brokers
 * @param repeatedOutside outcomes that came again more often than such disturbances found their request in flight
 * @param garbage records without sense that were sent so far
 * @param garbageFound of them, those found among the dead letters and rejections
 * @param endedByItself how often a process ended that nobody had killed
 */
record Verdict(
        long seed,
        String brokers,
        int accepted,
        int completed,
        int rejected,
        int lost,
        int duplicated,
        int differing,
        long tokensTwice,
        long tokensInFlight,
        int repeatedOutside,
        int garbage,
        int garbageFound,
        int disturbances,
        int endedByItself,
        long seconds) {
    static final String HEAD = "%-10s %-7s %8s %9s %8s %4s %10s %9s %12s %15s %7s %7s %12s %10s %7s"
            .formatted(
                    "seed",
                    "brokers",
                    "accepted",
                    "completed",
                    "rejected",
                    "lost",
                    "duplicated",
                    "differing",
                    "tokens twice",
                    "of in flight",
                    "outside",
                    "garbage",
                    "disturbances",
                    "ended",
                    "seconds");

    /** Whether all that was promised holds. */
    boolean holds() {
        return lost == 0
                && duplicated == 0
                && differing == 0
                && repeatedOutside == 0
                && tokensTwice <= tokensInFlight
                && garbageFound == garbage
                && accepted == completed + rejected;
    }

    @Override
    public String toString() {
        return "%-10d %-7s %8d %9d %8d %4d %10d %9d %12d %15d %7d %3d/%3d %12d %10d %7d"
                .formatted(
                        seed,
                        brokers,
                        accepted,
                        completed,
                        rejected,
                        lost,
                        duplicated,
                        differing,
                        tokensTwice,
                        tokensInFlight,
                        repeatedOutside,
                        garbageFound,
                        garbage,
                        disturbances,
                        endedByItself,
                        seconds);
    }
}
