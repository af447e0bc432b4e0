package dev.scriptorium.dataset.near;

import org.jspecify.annotations.Nullable;

/** What an index of near duplicates remembers; memory, or a state store of a stream. */
public interface NearStore {
    /** The places of texts that agree in a band, ascending; empty if there is none. Nobody changes the array. */
    long[] places(long band);

    /** @param places ascending; empty to forget the band */
    void putPlaces(long band, long[] places);

    /** Null if there is none. */
    @Nullable
    Fingerprint fingerprint(long place);

    /** @param fingerprint null to forget it */
    void putFingerprint(long place, @Nullable Fingerprint fingerprint);
}
