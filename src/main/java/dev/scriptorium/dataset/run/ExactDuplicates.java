package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Refuses a text that an earlier row has, byte for byte; however far before. */
final class ExactDuplicates {
    static final String GATE = "exact_duplicates";
    private static final String RULE = "no earlier row has the same text";

    private final RunStore store;

    ExactDuplicates(RunStore store) {
        this.store = store;
    }

    Verdict judge(String text) {
        String owner = store.exactOwner(digest(text));
        return owner == null
                ? new Verdict(GATE, true, "none", RULE)
                : new Verdict(GATE, false, "the same text", RULE, owner);
    }

    void accept(String row, String text) {
        store.putExactOwner(digest(text), row);
    }

    private static String digest(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
