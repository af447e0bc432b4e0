package dev.scriptorium.dataset.near;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Remembers as long as the process lives. */
public final class MemoryNearStore implements NearStore {
    private static final long[] NONE = {};

    private final Map<Long, long[]> bands = new HashMap<>();
    private final Map<Long, Fingerprint> fingerprints = new HashMap<>();

    @Override
    public long[] places(long band) {
        return bands.getOrDefault(band, NONE);
    }

    @Override
    public void putPlaces(long band, long[] places) {
        if (places.length == 0) {
            bands.remove(band);
        } else {
            bands.put(band, places);
        }
    }

    @Override
    public @Nullable Fingerprint fingerprint(long place) {
        return fingerprints.get(place);
    }

    @Override
    public void putFingerprint(long place, @Nullable Fingerprint fingerprint) {
        if (fingerprint == null) {
            fingerprints.remove(place);
        } else {
            fingerprints.put(place, fingerprint);
        }
    }

    /** How many texts are remembered. */
    public int size() {
        return fingerprints.size();
    }

    /** How many bands are. */
    public int bands() {
        return bands.size();
    }
}
