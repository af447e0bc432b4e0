package dev.scriptorium.lane;

import dev.scriptorium.event.Prompt;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The buffer of one lane: tenants take turns by the tokens they have had, within a tenant its jobs do, and within a job
 * prompts go in the order they came. So one prompt of somebody else never waits behind ten thousand of one job, as far
 * as the buffer reaches.
 */
final class FairQueue {
    private final Map<String, Tenant> tenants = new HashMap<>();
    private final Turns<String> turns = new Turns<>();
    private int size;
    private long bytes;

    private static final class Tenant {
        private final Map<String, ArrayDeque<Parcel>> jobs = new HashMap<>();
        private final Turns<String> turns = new Turns<>();

        boolean hasWork(String job) {
            return jobs.containsKey(job);
        }
    }

    void addLast(Parcel parcel) {
        queue(parcel).addLast(parcel);
        count(parcel, 1);
    }

    /** Back to where it was taken from. */
    void addFirst(Parcel parcel) {
        queue(parcel).addFirst(parcel);
        count(parcel, 1);
    }

    /** The parcel whose turn it is; null if there is none. */
    @Nullable
    Parcel peek() {
        String tenant = turns.next(tenants::containsKey);
        Tenant its = tenant == null ? null : tenants.get(tenant);
        String job = its == null ? null : its.turns.next(its::hasWork);
        ArrayDeque<Parcel> queue = its == null || job == null ? null : its.jobs.get(job);
        return queue == null ? null : queue.peekFirst();
    }

    /**
     * Removes what {@link #peek} gave.
     *
     * @param tokens what its tenant and job have had of the worker by this
     */
    void take(Parcel parcel, long tokens) {
        ArrayDeque<Parcel> queue = queue(parcel);
        if (!parcel.equals(queue.peekFirst())) {
            throw new IllegalStateException("only the parcel at the head of a job can be taken");
        }
        queue.removeFirst();
        count(parcel, -1);
        Prompt prompt = parcel.assignment().prompt();
        tenant(prompt).turns.took(prompt.request().job(), tokens);
        turns.took(prompt.tenant(), tokens);
        tidy(prompt.tenant());
    }

    void drop(Collection<TopicPartition> partitions) {
        tenants.values().forEach(tenant -> {
            for (ArrayDeque<Parcel> queue : tenant.jobs.values()) {
                Iterator<Parcel> parcels = queue.iterator();
                while (parcels.hasNext()) {
                    Parcel next = parcels.next();
                    if (partitions.contains(next.partition())) {
                        parcels.remove();
                        count(next, -1);
                    }
                }
            }
        });
        List.copyOf(tenants.keySet()).forEach(this::tidy);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    long bytes() {
        return bytes;
    }

    private ArrayDeque<Parcel> queue(Parcel parcel) {
        Prompt prompt = parcel.assignment().prompt();
        Tenant tenant = tenant(prompt);
        return tenant.jobs.computeIfAbsent(prompt.request().job(), job -> {
            tenant.turns.join(job);
            return new ArrayDeque<>();
        });
    }

    private Tenant tenant(Prompt prompt) {
        return tenants.computeIfAbsent(prompt.tenant(), name -> {
            turns.join(name);
            return new Tenant();
        });
    }

    private void count(Parcel parcel, int sign) {
        size += sign;
        bytes += (long) sign * parcel.bytes();
    }

    private void tidy(String name) {
        Tenant tenant = tenants.get(name);
        if (tenant == null) {
            return;
        }
        tenant.jobs.values().removeIf(ArrayDeque::isEmpty);
        tenant.turns.tidy(tenant::hasWork);
        if (tenant.jobs.isEmpty()) {
            tenants.remove(name);
        }
        turns.tidy(tenants::containsKey);
    }
}
