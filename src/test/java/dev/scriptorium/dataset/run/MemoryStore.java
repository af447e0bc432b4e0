package dev.scriptorium.dataset.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a run must not forget, in memory; it outlives the run that uses it. */
final class MemoryStore implements RunStore {
    private final List<String> seeds;
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private final Map<String, String> owners = new HashMap<>();
    private Progress progress;
    int pendingMost;

    MemoryStore(List<String> seeds) {
        this.seeds = seeds;
        this.progress = Progress.of("sha256:test").withSeeds(seeds.size()).withStart(seeds.size(), 0);
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public void put(Progress now) {
        progress = now;
    }

    @Override
    public String seed(long index) {
        return seeds.get((int) index);
    }

    @Override
    public @Nullable Pending pending(long number) {
        return pending.get(number);
    }

    @Override
    public void put(Pending row) {
        pending.put(row.number(), row);
        pendingMost = Math.max(pendingMost, pending.size());
    }

    @Override
    public void forget(Pending row) {
        pending.remove(row.number());
    }

    @Override
    public List<Long> putOffTo(long slot) {
        List<Long> numbers = new ArrayList<>();
        pending.values().stream()
                .filter(row -> row.slot() == slot && row.number() != slot)
                .forEach(row -> numbers.add(row.number()));
        return numbers;
    }

    @Override
    public @Nullable String exactOwner(String textDigest) {
        return owners.get(textDigest);
    }

    @Override
    public void putExactOwner(String textDigest, String row) {
        owners.put(textDigest, row);
    }

    int open() {
        return pending.size();
    }
}
