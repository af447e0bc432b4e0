package dev.scriptorium.dataset.near;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What is kept of an accepted text.
 *
 * @param row its id
 * @param bands the keys under which it is found
 * @param shingles its set, sorted, as {@link dev.scriptorium.dataset.text.Shingles#set} makes it
 */
public record Fingerprint(String row, long[] bands, int[] shingles) {
    /** 4 bytes a shingle, 8 a band, the id, and 8. */
    public byte[] toBytes() {
        byte[] id = row.getBytes(StandardCharsets.UTF_8);
        int bytes = 2 * Integer.BYTES + id.length + bands.length * Long.BYTES + shingles.length * Integer.BYTES;
        ByteBuffer written = ByteBuffer.allocate(bytes);
        written.putInt(id.length).put(id).putInt(bands.length);
        for (long band : bands) {
            written.putLong(band);
        }
        written.asIntBuffer().put(shingles);
        return written.array();
    }

    /** Reads what {@link #toBytes} wrote. */
    public static Fingerprint of(byte[] written) {
        ByteBuffer bytes = ByteBuffer.wrap(written);
        byte[] id = new byte[bytes.getInt()];
        bytes.get(id);
        long[] bands = new long[bytes.getInt()];
        for (int i = 0; i < bands.length; i++) {
            bands[i] = bytes.getLong();
        }
        int[] shingles = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(shingles);
        return new Fingerprint(new String(id, StandardCharsets.UTF_8), bands, shingles);
    }
}
