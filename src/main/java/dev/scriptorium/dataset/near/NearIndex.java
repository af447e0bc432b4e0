package dev.scriptorium.dataset.near;

import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.text.Shingles;
import dev.scriptorium.dataset.text.Words;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row before that a text repeats almost. MinHash names who may be alike; the sets themselves decide, so there
 * are no false alarms, and of those alike enough one in a thousand may be missed.
 */
public final class NearIndex {
    static final String GATE = "near_duplicates";
    private static final int SHARE_DIGITS = 4;

    /** Bits of a place that tell the texts of one slot apart: those put off to it, and the slot's own. */
    private static final int PLACE_BITS = 8;

    private final GateSettings.NearDuplicates settings;
    private final NearStore store;
    private final MinHash minHash;
    private final String rule;

    public NearIndex(GateSettings.NearDuplicates settings, NearStore store) {
        this.settings = settings;
        this.store = store;
        this.minHash = MinHash.finding(settings.similarityMax());
        this.rule = "at most %s of all runs of %d words in common with one of the %d rows before"
                .formatted(settings.similarityMax(), settings.words(), settings.windowRows());
    }

    private record Match(Fingerprint fingerprint, double similarity) {}

    /**
     * Compares a text with those that were accepted in slots before it, and accepts it if it is like none of them.
     *
     * @param row its id
     * @param slot where it stands; slots are judged in their order
     */
    public Verdict judge(String row, String text, long slot) {
        long[] hashes = Shingles.hashes(Words.of(text), settings.words());
        if (hashes.length == 0) {
            return new Verdict(GATE, true, "0", rule);
        }
        int[] shingles = Shingles.set(hashes);
        long[] bands = minHash.bandsOf(hashes);
        long place = free(slot);
        long[][] alike = new long[bands.length][];
        for (int band = 0; band < bands.length; band++) {
            alike[band] = store.places(bands[band]);
        }
        Match most = mostLike(shingles, alike, place);
        if (most != null && most.similarity() > settings.similarityMax()) {
            return new Verdict(
                    GATE,
                    false,
                    share(most.similarity()),
                    rule,
                    most.fingerprint().row());
        }
        store.putFingerprint(place, new Fingerprint(row, bands, shingles));
        for (int band = 0; band < bands.length; band++) {
            long[] places = alike[band];
            long[] more = Arrays.copyOf(places, places.length + 1);
            more[places.length] = place;
            store.putPlaces(bands[band], more);
        }
        return new Verdict(GATE, true, most == null ? "0" : share(most.similarity()), rule);
    }

    /** The slot is decided; what is a window before it is not looked at any more. Called for every slot. */
    public void forgetBefore(long slot) {
        long place = (slot - settings.windowRows()) << PLACE_BITS;
        for (Fingerprint found = store.fingerprint(place); found != null; found = store.fingerprint(++place)) {
            for (long band : found.bands()) {
                store.putPlaces(band, without(store.places(band), place));
            }
            store.putFingerprint(place, null);
        }
    }

    private long free(long slot) {
        long place = slot << PLACE_BITS;
        while (store.fingerprint(place) != null) {
            place++;
        }
        if (place >> PLACE_BITS != slot) {
            throw new IllegalStateException("slot " + slot + " has more texts than " + (1 << PLACE_BITS));
        }
        return place;
    }

    /** Of two just as alike the one that stands first. */
    private @Nullable Match mostLike(int[] shingles, long[][] alike, long place) {
        TreeSet<Long> candidates = new TreeSet<>();
        for (long[] places : alike) {
            for (long found : places) {
                if (found < place) {
                    candidates.add(found);
                }
            }
        }
        Match most = null;
        for (long candidate : candidates) {
            Fingerprint found = store.fingerprint(candidate);
            if (found == null) {
                continue;
            }
            double similarity = Shingles.jaccard(shingles, found.shingles());
            if (most == null || similarity > most.similarity()) {
                most = new Match(found, similarity);
            }
        }
        return most;
    }

    private static long[] without(long[] places, long place) {
        return Arrays.stream(places).filter(other -> other != place).toArray();
    }

    private static String share(double value) {
        return BigDecimal.valueOf(value)
                .setScale(SHARE_DIGITS, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }
}
