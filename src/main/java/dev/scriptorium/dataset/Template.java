package dev.scriptorium.dataset;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A prompt with places for a seed row, an audience and a style, written in Jinja.
 *
 * @param name in the recipe
 * @param text that the model is asked to continue, or what the user says in a chat
 * @param system the system message of a chat; empty for none
 */
public record Template(String name, String text, String system) {
    /** {@code sha256:} and 64 hex digits over both texts: who changes one has another version. */
    public String version() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(system.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
