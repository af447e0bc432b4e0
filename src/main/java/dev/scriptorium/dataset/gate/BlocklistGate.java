package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;
import org.ahocorasick.trie.Emit;
import org.ahocorasick.trie.Trie;

/** Refuses a text with a word or phrase of a list, looking for all of them in one pass (Aho and Corasick 1975). */
final class BlocklistGate implements Gate {
    /** Scripts that put no spaces between words, so that a word has no end to look for. */
    private static final Set<UnicodeScript> WITHOUT_SPACES = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private final int words;
    private final Trie trie;

    BlocklistGate(GateSettings.Blocklist settings) {
        this.words = settings.words().size();
        this.trie = Trie.builder().ignoreCase().addKeywords(settings.words()).build();
    }

    @Override
    public String name() {
        return "blocklist";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        String text = candidate.text();
        for (Emit found : trie.parseText(text)) {
            if (isWhole(text, found.getStart(), found.getEnd() + 1)) {
                return new Verdict(
                        name(),
                        false,
                        Shown.shortened(text.substring(found.getStart(), found.getEnd() + 1)),
                        "does not say '" + found.getKeyword() + "'");
            }
        }
        return new Verdict(name(), true, "none", "says none of " + words + " words");
    }

    private static boolean isWhole(String text, int from, int to) {
        return (from == 0 || isEdge(text.codePointBefore(from), text.codePointAt(from)))
                && (to == text.length() || isEdge(text.codePointBefore(to), text.codePointAt(to)));
    }

    private static boolean isEdge(int left, int right) {
        return !Character.isLetterOrDigit(left)
                || !Character.isLetterOrDigit(right)
                || WITHOUT_SPACES.contains(UnicodeScript.of(left))
                || WITHOUT_SPACES.contains(UnicodeScript.of(right));
    }
}
