package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Verdict;
import java.util.List;

/** The gates that compare a text with those of the rows before it. */
public interface Duplicates {
    /** Without any such gate. */
    Duplicates NONE = new Duplicates() {
        @Override
        public List<Verdict> judge(String row, String text, long slot) {
            return List.of();
        }

        @Override
        public void forgetBefore(long slot) {}
    };

    /**
     * Compares a text with all that were accepted, and accepts it if it is none of them.
     *
     * @param row its id
     * @param slot where it stands
     */
    List<Verdict> judge(String row, String text, long slot);

    /** The slot is decided; what is too far before it is not looked at any more. */
    void forgetBefore(long slot);
}
