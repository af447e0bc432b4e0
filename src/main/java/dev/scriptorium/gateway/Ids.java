package dev.scriptorium.gateway;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names for things: not to be guessed, or always the same for the same cause. */
final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 12;

    private Ids() {}

    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The same for the same cause, so that doing a thing twice makes it once. */
    static String of(String cause) {
        return Keys.digest(cause).substring(0, 2 * BYTES);
    }
}
