package dev.scriptorium.lane;

import java.util.List;

/** For tests that look at a worker from outside: what its commits say it has begun. */
public final class StartedRecords {
    private StartedRecords() {}

    /** Offsets that were begun and not finished when this was committed. */
    public static List<Long> of(long committedOffset, String metadata) {
        return CommitMetadata.parse(metadata).starts().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> committedOffset + entry.getKey())
                .toList();
    }
}
