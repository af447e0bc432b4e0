package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Row;

/**
 * How far a recipe is.
 *
 * @param digest over recipe, seeds and benchmarks: what a job may be only once
 * @param parts what has come in of it
 * @param place where its rows are
 * @param counts what became of those that ended
 * @param cancelled whether no more rows are to be sent
 */
public record Progress(String digest, Parts parts, Place place, Counts counts, boolean cancelled) {
    /**
     * A recipe comes in parts, and is started by the last one.
     *
     * @param started whether the recipe itself has come in
     * @param seeds how many it has
     * @param benchmarks how many texts of benchmarks it has
     * @param seedsHere how many of them have come in
     * @param benchmarksHere likewise
     */
    public record Parts(boolean started, long seeds, long benchmarks, long seedsHere, long benchmarksHere) {}

    /**
     * @param expandedTo the number of the next row to be sent
     * @param slot the next one to be decided
     * @param drawnLater rows that are to be decided in a slot after their own
     */
    public record Place(long expandedTo, long slot, long drawnLater) {}

    /**
     * @param kept rows in the dataset
     * @param dropped rows that failed a gate for good
     * @param failed rows without a text
     * @param redrawn texts that were drawn again
     */
    public record Counts(long kept, long dropped, long failed, long redrawn) {}

    public static Progress of(String digest) {
        return new Progress(digest, new Parts(false, 0, 0, 0, 0), new Place(0, 0, 0), new Counts(0, 0, 0, 0), false);
    }

    public Progress withSeeds(long more) {
        return with(
                new Parts(parts.started, parts.seeds, parts.benchmarks, parts.seedsHere + more, parts.benchmarksHere));
    }

    public Progress withBenchmarks(long more) {
        return with(
                new Parts(parts.started, parts.seeds, parts.benchmarks, parts.seedsHere, parts.benchmarksHere + more));
    }

    public Progress withStart(long allSeeds, long allBenchmarks) {
        return with(new Parts(true, allSeeds, allBenchmarks, parts.seedsHere, parts.benchmarksHere));
    }

    /** Whether all that was announced has come in. */
    public boolean isComplete() {
        return parts.started && parts.seedsHere == parts.seeds && parts.benchmarksHere == parts.benchmarks;
    }

    Progress withCancelled() {
        return new Progress(digest, parts, place, counts, true);
    }

    Progress withExpandedTo(long number) {
        return with(new Place(number, place.slot, place.drawnLater));
    }

    Progress withNextSlot() {
        return with(new Place(place.expandedTo, place.slot + 1, place.drawnLater));
    }

    Progress withDrawnLater(int more) {
        return with(new Place(place.expandedTo, place.slot, place.drawnLater + more));
    }

    Progress withRedrawn() {
        return with(new Counts(counts.kept, counts.dropped, counts.failed, counts.redrawn + 1));
    }

    Progress withEnded(Row.Fate fate) {
        return with(
                switch (fate) {
                    case KEPT -> new Counts(counts.kept + 1, counts.dropped, counts.failed, counts.redrawn);
                    case DROPPED -> new Counts(counts.kept, counts.dropped + 1, counts.failed, counts.redrawn);
                    case FAILED -> new Counts(counts.kept, counts.dropped, counts.failed + 1, counts.redrawn);
                });
    }

    private Progress with(Parts now) {
        return new Progress(digest, now, place, counts, cancelled);
    }

    private Progress with(Place now) {
        return new Progress(digest, parts, now, counts, cancelled);
    }

    private Progress with(Counts now) {
        return new Progress(digest, parts, place, now, cancelled);
    }
}
