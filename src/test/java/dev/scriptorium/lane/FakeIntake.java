package dev.scriptorium.lane;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.worker.Intake;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A worker that ends what it has when the test says so; each assignment takes one token of room. */
final class FakeIntake implements Intake {
    private record Held(Assignment assignment, Consumer<Outcome> listener) {}

    private final int room;
    private final Map<String, Held> held = new LinkedHashMap<>();

    FakeIntake(int room) {
        this.room = room;
    }

    @Override
    public boolean offer(Assignment assignment, Consumer<Outcome> listener) {
        if (tokensFree() < 1) {
            return false;
        }
        held.put(assignment.prompt().request().id(), new Held(assignment, listener));
        return true;
    }

    @Override
    public long tokensFree() {
        return (long) room - held.size();
    }

    @Override
    public long tokensOf(Assignment assignment) {
        return 1;
    }

    List<String> ids() {
        return List.copyOf(held.keySet());
    }

    Assignment assignment(String id) {
        return find(id).assignment();
    }

    /** What the outcome says makes no difference to a lane. */
    void end(String id) {
        Held ended = find(id);
        held.remove(id);
        ended.listener()
                .accept(Rejection.of(
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
