package dev.scriptorium.topology;

import dev.scriptorium.event.RequestState;
import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long a request is known.
 *
 * @param settled from its answer on
 * @param open by lane, from its admission on; a lane whose prompts are kept forever is not in it
 */
record Retention(Duration settled, Map<String, Duration> open) {
    Retention {
        open = Map.copyOf(open);
    }

    /** What is to be done about a request. */
    enum Verdict {
        KEEP,
        /** It was answered long ago. */
        FORGET,
        /** Its prompt is gone from the lane, so no worker will answer any more. */
        GIVE_UP
    }

    static Retention of(Pipeline pipeline) {
        Map<String, Duration> open = new HashMap<>();
        Duration settled = pipeline.limits().requestIdRetention();
        for (Lane lane : pipeline.lanes()) {
            long millis = Long.parseLong(lane.topic().configs().getOrDefault("retention.ms", "-1"));
            if (millis >= 0) {
                // The outcome may have been written in the last moment and wait for its turn.
                open.put(lane.name(), Duration.ofMillis(millis).plus(settled));
            }
        }
        return new Retention(settled, open);
    }

    Verdict verdict(RequestState state, Instant now) {
        Instant settledAt = state.settledAt();
        if (settledAt != null) {
            return settledAt.plus(settled).isBefore(now) ? Verdict.FORGET : Verdict.KEEP;
        }
        Duration patience = patience(state.lane());
        return patience != null && state.admittedAt().plus(patience).isBefore(now) ? Verdict.GIVE_UP : Verdict.KEEP;
    }

    private @Nullable Duration patience(@Nullable String lane) {
        return lane == null ? null : open.get(lane);
    }
}
