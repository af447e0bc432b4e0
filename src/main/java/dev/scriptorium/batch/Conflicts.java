package dev.scriptorium.batch;

import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import java.time.Instant;
import java.util.Map;

/** What a job's error file says of a line whose id belongs to other content: the pipeline keeps no event for it. */
final class Conflicts {
    private Conflicts() {}

    /**
     * @param key of the id that is taken
     * @param source where the line stands, which is the id of the rejection: the id itself is another's
     */
    static Rejection rejection(String job, String key, String source, String what, Instant at) {
        String message = "%s: id '%s' %s; name this run with --job, or give the line another id"
                .formatted(source, key.substring(job.length() + 1), what);
        return new Rejection(
                new RequestId(job, source),
                Dialect.PLAIN,
                Prompt.DEFAULT_TENANT,
                ErrorCode.ID_CONFLICT,
                message,
                null,
                source,
                at,
                Map.of());
    }
}
