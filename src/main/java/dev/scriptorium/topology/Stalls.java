package dev.scriptorium.topology;

import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Retries;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which prompts were lost on their way, told apart from those that merely wait in a long queue: to put all of those on
 * their lanes again would make the queue twice as long.
 *
 * <p>A partition of a lane is read in order. So a prompt is stalled if one that was put on the same partition much
 * later is answered already. Where nothing is answered nobody can tell, and there only the one that waits longest on
 * each lane is tried again, ever more rarely; once it is answered, it is the next one's turn. All of this is memory of
 * one task and begins anew with it, which delays a second try and harms nothing.
 */
final class Stalls {
    private final Retries retries;
    /** By place, when the latest of those that are answered was put there. */
    private final Map<String, Instant> answeredTo = new HashMap<>();

    /** By lane, in the round over all requests that is under way. */
    private final Map<String, Oldest> oldest = new HashMap<>();
    /** The oldest of the round before. */
    private final Set<String> heads = new HashSet<>();

    Stalls(Retries retries) {
        this.retries = retries;
    }

    private record Oldest(String key, Instant admittedAt) {}

    /** A worker answered this one. */
    void answered(RequestState state) {
        String place = place(state);
        Instant assignedAt = state.open().assignedAt();
        if (place != null && assignedAt != null) {
            answeredTo.merge(place, assignedAt, (a, b) -> a.isAfter(b) ? a : b);
        }
    }

    /** Is asked about every request, again and again. */
    boolean isStalled(String key, RequestState state, Instant now) {
        String place = place(state);
        Instant assignedAt = state.open().assignedAt();
        if (!state.isOpen()
                || place == null
                || assignedAt == null
                || state.open().cancelledAt() != null) {
            return false;
        }
        oldest.merge(
                String.valueOf(state.lane()),
                new Oldest(key, state.admittedAt()),
                (a, b) -> b.admittedAt().isBefore(a.admittedAt()) ? b : a);
        if (assignedAt.plus(retries.patience(state.attempt())).isAfter(now)) {
            return false;
        }
        Instant others = answeredTo.get(place);
        boolean isPassed = others != null && others.isAfter(assignedAt.plus(retries.stalledAfter()));
        return isPassed || heads.contains(key);
    }

    /** Every request was asked about once more. */
    void passed() {
        heads.clear();
        oldest.values().forEach(each -> heads.add(each.key()));
        oldest.clear();
    }

    private static @Nullable String place(RequestState state) {
        return state.lane() == null || state.open().lanePartition() < 0
                ? null
                : state.lane() + "/" + state.open().lanePartition();
    }
}
