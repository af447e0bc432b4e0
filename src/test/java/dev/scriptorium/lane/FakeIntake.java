package dev.scriptorium.lane;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.worker.Intake;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A worker that ends what it has when the test says so; each assignment takes one token of room. */
final class FakeIntake implements Intake {
    private record Held(Assignment assignment, Listener listener) {}

    private final int room;
    private int kept;
    private final List<Cancellation> cancellations = new ArrayList<>();
    private final Map<String, Held> held = new LinkedHashMap<>();

    FakeIntake(int room) {
        this.room = room;
    }

    @Override
    public synchronized boolean offer(Assignment assignment, Listener listener) {
        if (tokensFree() < 1) {
            return false;
        }
        held.put(assignment.prompt().request().id(), new Held(assignment, listener));
        notifyAll();
        return true;
    }

    @Override
    public synchronized long tokensFree() {
        return (long) room - held.size();
    }

    @Override
    public long tokensOf(Assignment assignment) {
        return 1;
    }

    @Override
    public long tokensOfLargest() {
        return kept;
    }

    /** Room that bulk work has to leave for somebody who waits. */
    void keep(int room) {
        kept = room;
    }

    @Override
    public void cancel(Cancellation cancellation) {
        cancellations.add(cancellation);
    }

    @Override
    public @Nullable Cancellation cancellationOf(Assignment assignment) {
        return cancellations.stream()
                .filter(each -> each.isAbout(
                        assignment.prompt().request(), assignment.prompt().tenant()))
                .findFirst()
                .orElse(null);
    }

    void write(String id, TokenChunk piece) {
        find(id).listener().wrote(piece);
    }

    synchronized void awaitHeld(String id) throws InterruptedException {
        while (!held.containsKey(id)) {
            wait();
        }
    }

    synchronized List<String> ids() {
        return List.copyOf(held.keySet());
    }

    Assignment assignment(String id) {
        return find(id).assignment();
    }

    /** What the outcome says makes no difference to a lane. */
    synchronized void end(String id) {
        Held ended = find(id);
        held.remove(id);
        ended.listener()
                .ended(Rejection.of(
                        ended.assignment().prompt(), ErrorCode.TEMPLATE_ERROR, "ended", null, Instant.EPOCH));
    }

    private Held find(String id) {
        Held found = held.get(id);
        if (found == null) {
            throw new AssertionError("the worker does not have " + id + " but " + held.keySet());
        }
        return found;
    }
}
