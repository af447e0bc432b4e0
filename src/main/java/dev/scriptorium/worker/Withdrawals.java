package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Cancellation.Target;
import dev.scriptorium.event.Prompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was cancelled lately, so that nothing of it is begun. Only the latest are kept: the router decides what becomes
 * of a request, and a worker that has forgotten a cancellation merely writes a text that is dropped.
 */
final class Withdrawals {
    private static final int ENTRIES_MAX = 100_000;

    private final Map<String, Cancellation> latest = new LinkedHashMap<>(16, 0.75f, false) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Cancellation> eldest) {
            return size() > ENTRIES_MAX;
        }
    };

    private volatile boolean news;

    synchronized void add(Cancellation cancellation) {
        latest.put(cancellation.target().key(), cancellation);
        news = true;
    }

    /** Whether something was added since the last call. */
    boolean takeNews() {
        if (!news) {
            return false;
        }
        news = false;
        return true;
    }

    /** What ends this assignment; null if nothing does. */
    synchronized @Nullable Cancellation of(Assignment assignment) {
        if (latest.isEmpty()) {
            return null;
        }
        Prompt prompt = assignment.prompt();
        List<Target> targets = List.of(
                new Target.OfRequest(prompt.request()),
                new Target.OfJob(prompt.request().job()),
                new Target.OfTenant(prompt.tenant()));
        for (Target target : targets) {
            Cancellation cancellation = latest.get(target.key());
            if (cancellation != null && cancellation.ends(prompt.request(), prompt.tenant(), assignment.sentAt())) {
                return cancellation;
            }
        }
        return null;
    }
}
