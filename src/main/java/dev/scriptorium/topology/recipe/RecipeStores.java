package dev.scriptorium.topology.recipe;

import dev.scriptorium.dataset.near.Fingerprint;
import dev.scriptorium.dataset.near.NearStore;
import dev.scriptorium.dataset.run.Pending;
import dev.scriptorium.dataset.run.Progress;
import dev.scriptorium.dataset.run.RunStore;
import dev.scriptorium.wire.dataset.RowFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What one recipe's run must not forget, in Kafka Streams' stores. Progress changes with every step of every row, so it
 * is written when a turn ends; it is committed together with all else, so nobody can see the difference.
 */
final class RecipeStores implements RunStore, NearStore {
    private static final long[] NONE = {};

    private final String job;
    private final KeyValueStore<String, byte[]> recipes;
    private final KeyValueStore<String, byte[]> draws;
    private final KeyValueStore<String, byte[]> duplicates;
    private final RowFormat format = new RowFormat();
    private Progress progress;
    private boolean changed;

    /** @param fresh what holds if nothing is known of the job */
    RecipeStores(
            String job,
            KeyValueStore<String, byte[]> recipes,
            KeyValueStore<String, byte[]> draws,
            KeyValueStore<String, byte[]> duplicates,
            Progress fresh) {
        this.job = job;
        this.recipes = recipes;
        this.draws = draws;
        this.duplicates = duplicates;
        byte[] known = recipes.get(Keys.progress(job));
        this.progress = known == null ? fresh : format.progress(known);
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public void put(Progress now) {
        changed |= !now.equals(progress);
        progress = now;
    }

    /** Call it at the end of every turn. */
    void flush() {
        if (changed) {
            recipes.put(Keys.progress(job), format.write(progress));
            changed = false;
        }
    }

    @Override
    public String seed(long index) {
        byte[] seed = recipes.get(Keys.number(Keys.seeds(job), index));
        return new String(Objects.requireNonNull(seed, "a seed that was sent is known"), StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Pending pending(long number) {
        byte[] bytes = draws.get(Keys.number(Keys.pending(job), number));
        return bytes == null ? null : format.pending(bytes);
    }

    @Override
    public void put(Pending pending) {
        draws.put(Keys.number(Keys.pending(job), pending.number()), format.write(pending));
        if (pending.slot() != pending.number()) {
            draws.put(Keys.number(Keys.putOff(job, pending.slot()), pending.number()), new byte[0]);
        }
    }

    @Override
    public void forget(Pending pending) {
        draws.delete(Keys.number(Keys.pending(job), pending.number()));
        if (pending.slot() != pending.number()) {
            draws.delete(Keys.number(Keys.putOff(job, pending.slot()), pending.number()));
        }
    }

    @Override
    public List<Long> putOffTo(long slot) {
        String prefix = Keys.putOff(job, slot);
        List<Long> numbers = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> found = draws.range(prefix, Keys.after(prefix))) {
            found.forEachRemaining(entry -> numbers.add(Long.parseLong(entry.key.substring(prefix.length()), 16)));
        }
        return numbers;
    }

    @Override
    public @Nullable String exactOwner(String textDigest) {
        byte[] owner = duplicates.get(Keys.exact(job) + textDigest);
        return owner == null ? null : new String(owner, StandardCharsets.UTF_8);
    }

    @Override
    public void putExactOwner(String textDigest, String row) {
        duplicates.put(Keys.exact(job) + textDigest, row.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public long[] places(long band) {
        byte[] bytes = duplicates.get(Keys.number(Keys.band(job), band));
        if (bytes == null) {
            return NONE;
        }
        long[] places = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(places);
        return places;
    }

    @Override
    public void putPlaces(long band, long[] places) {
        byte[] bytes = new byte[places.length * Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().put(places);
        duplicates.put(Keys.number(Keys.band(job), band), places.length == 0 ? null : bytes);
    }

    @Override
    public @Nullable Fingerprint fingerprint(long place) {
        byte[] bytes = duplicates.get(Keys.number(Keys.fingerprint(job), place));
        return bytes == null ? null : Fingerprint.of(bytes);
    }

    @Override
    public void putFingerprint(long place, @Nullable Fingerprint fingerprint) {
        String key = Keys.number(Keys.fingerprint(job), place);
        duplicates.put(key, fingerprint == null ? null : fingerprint.toBytes());
    }

    /** Puts a row of seeds or benchmarks where it belongs. */
    void putRow(String prefix, long number, String json) {
        recipes.put(Keys.number(prefix, number), json.getBytes(StandardCharsets.UTF_8));
    }

    void putRecipe(String json) {
        recipes.put(Keys.recipe(job), json.getBytes(StandardCharsets.UTF_8));
        recipes.put(Keys.active(job), new byte[0]);
    }

    /** The recipe as JSON; null if it has not come in. */
    @Nullable
    String recipe() {
        byte[] json = recipes.get(Keys.recipe(job));
        return json == null ? null : new String(json, StandardCharsets.UTF_8);
    }

    /** All texts of benchmarks, each a line of JSON. */
    List<String> benchmarks() {
        List<String> rows = new ArrayList<>();
        String prefix = Keys.benchmarks(job);
        try (KeyValueIterator<String, byte[]> found = recipes.range(prefix, Keys.after(prefix))) {
            found.forEachRemaining(entry -> rows.add(new String(entry.value, StandardCharsets.UTF_8)));
        }
        return rows;
    }

    /**
     * Forgets some of what a finished job does not need any more: all but its progress and its recipe.
     *
     * @return whether there may be more
     */
    boolean clean(int most) {
        boolean more = clean(duplicates, Keys.pending(job), most)
                || clean(recipes, Keys.seeds(job), most)
                || clean(recipes, Keys.benchmarks(job), most);
        if (!more) {
            recipes.delete(Keys.active(job));
        }
        return more;
    }

    private static boolean clean(KeyValueStore<String, byte[]> store, String prefix, int most) {
        List<String> old = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> found = store.range(prefix, Keys.after(prefix))) {
            while (found.hasNext() && old.size() < most) {
                old.add(found.next().key);
            }
        }
        old.forEach(store::delete);
        return old.size() == most;
    }
}
