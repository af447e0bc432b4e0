package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Row;

/**
 * How far a recipe is.
 *
 * @param digest over recipe, seeds and benchmarks: what a job may be only once
 * @param seeds how many it has
 * @param benchmarks how many texts of benchmarks it has
 * @param seedsHere how many of them have come in
 * @param benchmarksHere likewise
 * @param started whether the recipe itself has come in
 * @param expandedTo the number of the next row to be sent
 * @param slot the next one to be decided
 * @param drawnLater rows that are to be decided in a slot after their own
 * @param kept rows in the dataset
 * @param dropped rows that failed a gate for good
 * @param failed rows without a text
 * @param redrawn texts that were drawn again
 * @param cancelled whether no more rows are to be sent
 */
public record Progress(
        String digest,
        long seeds,
        long benchmarks,
        long seedsHere,
        long benchmarksHere,
        boolean started,
        long expandedTo,
        long slot,
        long drawnLater,
        long kept,
        long dropped,
        long failed,
        long redrawn,
        boolean cancelled) {
    public static Progress of(String digest) {
        return new Progress(digest, 0, 0, 0, 0, false, 0, 0, 0, 0, 0, 0, 0, false);
    }

    public Progress withSeeds(long more) {
        return here(seedsHere + more, benchmarksHere);
    }

    public Progress withBenchmarks(long more) {
        return here(seedsHere, benchmarksHere + more);
    }

    public Progress withStart(long allSeeds, long allBenchmarks) {
        return of(allSeeds, allBenchmarks, true, cancelled);
    }

    Progress withCancelled() {
        return of(seeds, benchmarks, started, true);
    }

    /** Whether all that was announced has come in. */
    public boolean isComplete() {
        return started && seedsHere == seeds && benchmarksHere == benchmarks;
    }

    Progress withExpandedTo(long number) {
        return at(number, slot, drawnLater);
    }

    Progress withNextSlot() {
        return at(expandedTo, slot + 1, drawnLater);
    }

    Progress withDrawnLater(int more) {
        return at(expandedTo, slot, drawnLater + more);
    }

    Progress withRedrawn() {
        return counts(kept, dropped, failed, redrawn + 1);
    }

    Progress withEnded(Row.Fate fate) {
        return switch (fate) {
            case KEPT -> counts(kept + 1, dropped, failed, redrawn);
            case DROPPED -> counts(kept, dropped + 1, failed, redrawn);
            case FAILED -> counts(kept, dropped, failed + 1, redrawn);
        };
    }

    private Progress here(long seedsNow, long benchmarksNow) {
        return new Progress(
                digest,
                seeds,
                benchmarks,
                seedsNow,
                benchmarksNow,
                started,
                expandedTo,
                slot,
                drawnLater,
                kept,
                dropped,
                failed,
                redrawn,
                cancelled);
    }

    private Progress of(long allSeeds, long allBenchmarks, boolean isStarted, boolean isCancelled) {
        return new Progress(
                digest,
                allSeeds,
                allBenchmarks,
                seedsHere,
                benchmarksHere,
                isStarted,
                expandedTo,
                slot,
                drawnLater,
                kept,
                dropped,
                failed,
                redrawn,
                isCancelled);
    }

    private Progress at(long next, long slotNow, long later) {
        return new Progress(
                digest,
                seeds,
                benchmarks,
                seedsHere,
                benchmarksHere,
                started,
                next,
                slotNow,
                later,
                kept,
                dropped,
                failed,
                redrawn,
                cancelled);
    }

    private Progress counts(long keptNow, long droppedNow, long failedNow, long redrawnNow) {
        return new Progress(
                digest,
                seeds,
                benchmarks,
                seedsHere,
                benchmarksHere,
                started,
                expandedTo,
                slot,
                drawnLater,
                keptNow,
                droppedNow,
                failedNow,
                redrawnNow,
                cancelled);
    }
}
