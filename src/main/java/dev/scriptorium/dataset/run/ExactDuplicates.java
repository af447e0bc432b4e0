package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Refuses a text that an earlier row has, byte for byte; however far before. */
public final class ExactDuplicates implements Duplicates {
    static final String GATE = "exact_duplicates";
    private static final String RULE = "no earlier row has the same text";

    private final RunStore store;

    public ExactDuplicates(RunStore store) {
        this.store = store;
    }

    @Override
    public List<Verdict> judge(String row, String text, long slot) {
        String digest = digest(text);
        String owner = store.exactOwner(digest);
        if (owner != null) {
            return List.of(new Verdict(GATE, false, "the same text", RULE, owner));
        }
        store.putExactOwner(digest, row);
        return List.of(new Verdict(GATE, true, "none", RULE));
    }

    @Override
    public void forgetBefore(long slot) {}

    private static String digest(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
