package dev.scriptorium.dataset.near;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.text.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NearIndexTest {
    private static final int PAIRS = 1_000;
    private static final long SEED = 20_261_124L;
    private static final int SHINGLE_WORDS = 5;

    private record Pair(String one, String other) {}

    /** What was found of 1,000 pairs, against sets of strings compared one by one. */
    private record Score(double threshold, int alike, int found, int falseAlarms) {
        double recall() {
            return alike == 0 ? 1 : (double) (found - falseAlarms) / alike;
        }

        double precision() {
            return found == 0 ? 1 : (double) (found - falseAlarms) / found;
        }
    }

    @Test
    void findsWhatABruteForceJaccardFinds() {
        // Given
        List<Pair> pairs = pairs();

        // When
        List<Score> scores = new ArrayList<>();
        for (double threshold : new double[] {0.5, 0.6, 0.7, 0.8, 0.9}) {
            scores.add(score(pairs, threshold));
        }

        // Then
        StringBuilder table = new StringBuilder();
        for (Score score : scores) {
            assertThat(score.alike()).isBetween(50, 950);
            assertThat(score.precision()).isEqualTo(1);
            assertThat(score.recall()).isGreaterThan(0.995);
            table.append(String.format(
                    Locale.ROOT,
                    "| %.1f | %d | %d | %d | %.4f | %.4f |%n",
                    score.threshold(),
                    score.alike(),
                    score.found(),
                    score.falseAlarms(),
                    score.recall(),
                    score.precision()));
        }
        Golden.check("src/test/resources/dataset/near-duplicates.md", table.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100})
    void whatIsFartherBackThanTheWindowIsForgottenToTheLastByte(int window) {
        // Given
        MemoryNearStore store = new MemoryNearStore();
        NearIndex index = new NearIndex(new GateSettings.NearDuplicates(3, 0.7, window), store);
        Mutator mutator = new Mutator(SEED);
        String early = String.join(" ", mutator.text(40));

        // When
        boolean first = judge(index, early, 0).passed();
        int sizeMax = 0;
        for (int slot = 1; slot < 300; slot++) {
            judge(index, String.join(" ", mutator.text(40)), slot);
            sizeMax = Math.max(sizeMax, store.size());
        }
        boolean again = judge(index, early, 300).passed();
        Verdict atOnce = index.judge("row-again", early, 301);

        // Then
        assertThat(first).isTrue();
        assertThat(again).isTrue();
        assertThat(atOnce.passed()).isFalse();
        assertThat(atOnce.duplicateOf()).isEqualTo("row-300");
        assertThat(sizeMax).isEqualTo(window);
        for (int slot = 301; slot < 301 + window; slot++) {
            index.forgetBefore(slot);
        }
        assertThat(store.size()).isZero();
        assertThat(store.bands()).isZero();
    }

    @Test
    void oneSlotMayHaveSeveralTextsAndTheyAreComparedToo() {
        // Given
        NearIndex index = new NearIndex(new GateSettings.NearDuplicates(3, 0.7, 10), new MemoryNearStore());
        Mutator mutator = new Mutator(SEED);
        List<String> text = mutator.text(60);

        // When
        Verdict putOff = index.judge("put off", String.join(" ", text), 5);
        Verdict other = index.judge("other", String.join(" ", mutator.text(60)), 5);
        Verdict own = index.judge("own", String.join(" ", mutator.changed(text, 1)), 5);

        // Then
        assertThat(List.of(putOff.passed(), other.passed(), own.passed())).containsExactly(true, true, false);
        assertThat(own.duplicateOf()).isEqualTo("put off");
    }

    @Test
    void aFingerprintIsReadAsItWasWritten() {
        // Given
        Fingerprint written = new Fingerprint("17/story/über/-/0", new long[] {-1, 5}, new int[] {-7, 0, 9});

        // When
        Fingerprint read = Fingerprint.of(written.toBytes());

        // Then
        assertThat(read.row()).isEqualTo(written.row());
        assertThat(read.bands()).isEqualTo(written.bands());
        assertThat(read.shingles()).isEqualTo(written.shingles());
        assertThat(Fingerprint.of(new Fingerprint("", new long[0], new int[0]).toBytes())
                        .row())
                .isEmpty();
    }

    private static Verdict judge(NearIndex index, String text, int slot) {
        Verdict verdict = index.judge("row-" + slot, text, slot);
        index.forgetBefore(slot);
        return verdict;
    }

    /** From not changed at all to changed beyond recognition, of 30 to 400 words. */
    private static List<Pair> pairs() {
        Mutator mutator = new Mutator(SEED);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            int words = 30 + i * 37 % 370;
            List<String> text = mutator.text(words);
            int changes = i % 25 * words / 250;
            pairs.add(new Pair(String.join(" ", text), String.join(" ", mutator.changed(text, changes))));
        }
        return pairs;
    }

    private static Score score(List<Pair> pairs, double threshold) {
        int alike = 0;
        int found = 0;
        int falseAlarms = 0;
        for (Pair pair : pairs) {
            NearIndex index =
                    new NearIndex(new GateSettings.NearDuplicates(SHINGLE_WORDS, threshold, 10), new MemoryNearStore());
            index.judge("one", pair.one(), 0);
            boolean isFound = !index.judge("other", pair.other(), 1).passed();
            boolean isAlike = bruteForce(pair) > threshold;
            alike += isAlike ? 1 : 0;
            found += isFound ? 1 : 0;
            falseAlarms += isFound && !isAlike ? 1 : 0;
        }
        return new Score(threshold, alike, found, falseAlarms);
    }

    private static double bruteForce(Pair pair) {
        Set<String> one = runs(pair.one());
        Set<String> other = runs(pair.other());
        Set<String> either = new HashSet<>(one);
        either.addAll(other);
        one.retainAll(other);
        return (double) one.size() / either.size();
    }

    private static Set<String> runs(String text) {
        List<String> words = Words.of(text);
        Set<String> runs = new HashSet<>();
        for (int i = 0; i + SHINGLE_WORDS <= words.size(); i++) {
            runs.add(String.join(" ", words.subList(i, i + SHINGLE_WORDS)));
        }
        return runs;
    }
}
