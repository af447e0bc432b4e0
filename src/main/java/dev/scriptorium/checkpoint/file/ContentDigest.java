package dev.scriptorium.checkpoint.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over all that decides a model's text. Every part goes in with its name and length before it, so that no two
 * different models write the same bytes.
 */
public final class ContentDigest {
    private static final int CHUNK_BYTES = 1 << 16;

    private final MessageDigest sha256;
    private final byte[] chunk = new byte[CHUNK_BYTES];

    public ContentDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public void add(String name, MemorySegment bytes) {
        begin(name, bytes.byteSize());
        for (long done = 0; done < bytes.byteSize(); done += CHUNK_BYTES) {
            int count = (int) Math.min(CHUNK_BYTES, bytes.byteSize() - done);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, chunk, 0, count);
            sha256.update(chunk, 0, count);
        }
    }

    public void add(String name, byte[] bytes) {
        begin(name, bytes.length);
        sha256.update(bytes);
    }

    public void add(String name, String text) {
        add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Starts a part whose bytes come by {@link #more}, so many in all. */
    public void begin(String name, long bytes) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(utf8.length)
                .putLong(bytes)
                .flip());
        sha256.update(utf8);
    }

    /** The next bytes of the part that has begun. */
    public void more(byte[] bytes) {
        sha256.update(bytes);
    }

    /** As {@link #more(byte[])}, the first {@code count}. */
    public void more(byte[] bytes, int count) {
        sha256.update(bytes, 0, count);
    }

    /** {@code sha256:} and 64 hex digits. */
    public String finish() {
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }
}
