package dev.scriptorium.checkpoint.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * A file of a model on the hub, and how to tell that it is whole.
 *
 * @param path in the repository; its last part is its name here
 * @param bytes its size
 * @param sha256 of its content, in hex; null for small files, which are kept in Git
 * @param gitBlob Git's SHA-1 of the content with a head before it, in hex; null for large files
 */
record HubFile(
        String path,
        long bytes,
        @Nullable String sha256,
        @Nullable String gitBlob) {
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Takes the content, and its digest is then what {@link #expected} says. */
    MessageDigest digest() {
        try {
            if (sha256 != null) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(("blob " + bytes + "\0").getBytes(StandardCharsets.US_ASCII));
            return sha1;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256 and SHA-1", e);
        }
    }

    /** The digest in hex, or null where the hub gives none. */
    @Nullable
    String expected() {
        return sha256 != null ? sha256 : gitBlob;
    }
}
