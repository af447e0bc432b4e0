package dev.scriptorium.gateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask: keys and their tenants. Only digests are kept, so a key is found by its digest and cannot be guessed
 * from how long that takes.
 */
public final class Keys {
    /** The tenant that sees what all tenants do. */
    static final String OPERATOR = "*";

    private static final int KEY_CHARACTERS_MIN = 16;
    private static final String DIGEST = "sha256:";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** Nobody has a key: then only this machine is served. */
    public static final Keys NONE = new Keys(Map.of());

    private final Map<String, String> tenantByDigest;

    private Keys(Map<String, String> tenantByDigest) {
        this.tenantByDigest = Map.copyOf(tenantByDigest);
    }

    /**
     * Reads a file of keys: a tenant and a key a line, or a tenant and {@code sha256:} with the 64 hex digits of the
     * key's digest. The tenant {@code *} sees everything. Empty lines and those that begin with # are passed over.
     *
     * @throws IllegalArgumentException that names the line, never the key
     */
    public static Keys read(List<String> lines, String fileName) {
        Map<String, String> tenants = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String place = fileName + ":" + (i + 1) + ": ";
            String[] words = BLANKS.split(line, -1);
            if (words.length != 2) {
                throw new IllegalArgumentException(
                        place + "has " + words.length + " words, but must have two: a tenant and a key");
            }
            String digest = words[1].startsWith(DIGEST) ? words[1].substring(DIGEST.length()) : digest(words[1]);
            if (words[1].startsWith(DIGEST)
                    ? !digest.matches("[0-9a-f]{64}")
                    : words[1].length() < KEY_CHARACTERS_MIN) {
                throw new IllegalArgumentException(place + "the key of tenant '" + words[0]
                        + "' must have at least 16 characters, or be sha256:" + " and 64 hex digits");
            }
            if (tenants.putIfAbsent(digest, words[0]) != null) {
                throw new IllegalArgumentException(place + "the key of tenant '" + words[0] + "' is another's already");
            }
        }
        if (tenants.isEmpty()) {
            throw new IllegalArgumentException(fileName + " has no key");
        }
        return new Keys(tenants);
    }

    /** @param digests by tenant, each {@code sha256:} and 64 hex digits */
    public static Keys of(Map<String, List<String>> digests) {
        Map<String, String> tenants = new HashMap<>();
        digests.forEach((tenant, own) -> own.forEach(key -> {
            if (tenants.putIfAbsent(key.substring(DIGEST.length()), tenant) != null) {
                throw new IllegalArgumentException(
                        "gateway.tenants." + tenant + ".keys: a key of this tenant is another's already");
            }
        }));
        return new Keys(tenants);
    }

    /** Those of both. */
    public Keys and(Keys others) {
        Map<String, String> all = new HashMap<>(tenantByDigest);
        others.tenantByDigest.forEach((digest, tenant) -> {
            String known = all.putIfAbsent(digest, tenant);
            if (known != null && !known.equals(tenant)) {
                throw new IllegalArgumentException("tenants '%s' and '%s' have the same key".formatted(known, tenant));
            }
        });
        return new Keys(all);
    }

    boolean areNone() {
        return tenantByDigest.isEmpty();
    }

    /** Whose key it is; null if it is nobody's. */
    @Nullable
    String tenant(String key) {
        return tenantByDigest.get(digest(key));
    }

    static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
