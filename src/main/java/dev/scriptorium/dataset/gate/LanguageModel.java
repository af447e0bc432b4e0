package dev.scriptorium.dataset.gate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorModel;
import opennlp.tools.ml.model.MaxentModel;
import opennlp.tools.util.normalizer.AggregateCharSequenceNormalizer;
import opennlp.tools.util.normalizer.CharSequenceNormalizer;
import opennlp.tools.util.normalizer.EmojiCharSequenceNormalizer;
import opennlp.tools.util.normalizer.NumberCharSequenceNormalizer;
import opennlp.tools.util.normalizer.ShrinkCharSequenceNormalizer;
import opennlp.tools.util.normalizer.TwitterCharSequenceNormalizer;
import opennlp.tools.util.normalizer.UrlCharSequenceNormalizer;

/**
 * Apache OpenNLP's model of 103 languages, asked as its own detector asks it: whether each run of 1 to 3 characters
 * stands in the text, after its normalizers. The runs are found here, because the detector's way of finding them cost
 * more than all the rest; a test holds the answers to the detector's. May be asked by several threads.
 */
final class LanguageModel {
    private static final String FILE = "/langdetect-183.bin";
    private static final int RUN_CHARACTERS_MAX = 3;
    private static final CharSequenceNormalizer NORMALIZER = new AggregateCharSequenceNormalizer(
            EmojiCharSequenceNormalizer.getInstance(),
            UrlCharSequenceNormalizer.getInstance(),
            TwitterCharSequenceNormalizer.getInstance(),
            NumberCharSequenceNormalizer.getInstance(),
            ShrinkCharSequenceNormalizer.getInstance());

    private final MaxentModel model;

    private LanguageModel(MaxentModel model) {
        this.model = model;
    }

    static LanguageModel load() {
        return new LanguageModel(file().getMaxentModel());
    }

    /** As it comes with OpenNLP. */
    static LanguageDetectorModel file() {
        try (InputStream in = LanguageDetectorModel.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the model of languages " + FILE + " is not on the class path");
            }
            return new LanguageDetectorModel(in);
        } catch (IOException e) {
            throw new UncheckedIOException("the model of languages cannot be read: " + e.getMessage(), e);
        }
    }

    /** ISO 639-3 codes of all languages known. */
    Set<String> languages() {
        List<String> languages = new ArrayList<>();
        for (int i = 0; i < model.getNumOutcomes(); i++) {
            languages.add(model.getOutcome(i));
        }
        return Set.copyOf(languages);
    }

    /** The likeliest. */
    Language of(String text) {
        double[] chances = model.eval(runs(NORMALIZER.normalize(text).toString()));
        int best = 0;
        for (int i = 1; i < chances.length; i++) {
            best = chances[i] > chances[best] ? i : best;
        }
        return new Language(model.getOutcome(best), chances[best]);
    }

    /** Each run of characters once, in lower case. */
    private static String[] runs(String text) {
        char[] characters = text.toCharArray();
        for (int i = 0; i < characters.length; i++) {
            characters[i] = Character.toLowerCase(characters[i]);
        }
        List<String> runs = new ArrayList<>(characters.length * RUN_CHARACTERS_MAX);
        Seen seen = new Seen(characters.length * RUN_CHARACTERS_MAX);
        for (int start = 0; start < characters.length; start++) {
            long run = 0;
            for (int length = 1; length <= Math.min(RUN_CHARACTERS_MAX, characters.length - start); length++) {
                run = run << Character.SIZE | characters[start + length - 1];
                if (seen.add(run | (long) length << RUN_CHARACTERS_MAX * Character.SIZE)) {
                    runs.add(new String(characters, start, length));
                }
            }
        }
        return runs.toArray(String[]::new);
    }

    /** A set of numbers other than 0, as large as it will ever be. */
    private static final class Seen {
        private static final long MIX = 0x9e3779b97f4a7c15L;

        private final long[] places;
        private final int shift;

        Seen(int most) {
            int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, most)) + 1;
            this.places = new long[1 << bits];
            this.shift = Long.SIZE - bits;
        }

        boolean add(long number) {
            int place = (int) (number * MIX >>> shift);
            while (places[place] != 0) {
                if (places[place] == number) {
                    return false;
                }
                place = (place + 1) & (places.length - 1);
            }
            places[place] = number;
            return true;
        }
    }
}
