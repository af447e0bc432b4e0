package dev.scriptorium;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Records as an enemy would write them, equal for equal seeds: random bytes, valid events cut off or changed in a few
 * places, lengths that claim gigabytes, nesting without end, numbers of thousands of digits, bytes that are no UTF-8,
 * and, now and then, a valid event, so that whatever follows meets a state.
 */
public final class HostileBytes {
    private final Random random;
    private final List<byte[]> valid;

    /** @param valid events to start from */
    public HostileBytes(long seed, List<byte[]> valid) {
        this.random = new Random(seed);
        this.valid = List.copyOf(valid);
    }

    /** A record's value; null for a tombstone. */
    public byte @Nullable [] value() {
        byte[] base = valid.get(random.nextInt(valid.size()));
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(20) == 0 ? null : bytes(64);
            case 1 -> bytes(2000);
            case 2 -> Arrays.copyOf(base, random.nextInt(base.length + 1));
            case 3, 4 -> changed(base);
            case 5 -> hugeLength(base);
            case 6 -> nested();
            case 7 -> text("{\"id\":\"n\",\"prompt\":\"x\",\"" + name() + "\":" + number() + "}");
            case 8 -> text("{\"id\":" + hostileText() + ",\"prompt\":" + hostileText() + "}");
            case 9 -> withBadUtf8(base);
            case 10 -> text("{\"id\":\"m\",\"prompt\":\"x\",\"metadata\":{" + pairs() + "}}");
            default -> base;
        };
    }

    /** A record's key; null for none. */
    public byte @Nullable [] key() {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> bytes(40);
            case 2 -> text("k".repeat(random.nextInt(5000)));
            default -> text("id" + random.nextInt(50));
        };
    }

    /** Headers, some under names that mean something here. */
    public Map<String, byte @Nullable []> headers() {
        Map<String, byte @Nullable []> headers = new LinkedHashMap<>();
        List<String> names = List.of(
                "scriptorium-job",
                "scriptorium-tenant",
                "scriptorium-source",
                "scriptorium-origin-position",
                "scriptorium-origin-topic",
                "scriptorium-origin-key",
                "x");
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = names.get(random.nextInt(names.size())) + (random.nextInt(4) == 0 ? "-" + i : "");
            headers.put(name, random.nextInt(5) == 0 ? null : bytes(random.nextInt(50) == 0 ? 20_000 : 30));
        }
        return headers;
    }

    private byte[] changed(byte[] base) {
        byte[] changed = base.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && changed.length > 0; i--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    /** A zigzag length of up to 2^63 somewhere in the middle. */
    private byte[] hugeLength(byte[] base) {
        int at = random.nextInt(base.length + 1);
        byte[] length = new byte[1 + random.nextInt(10)];
        Arrays.fill(length, (byte) 0xff);
        length[length.length - 1] = 0x7e;
        byte[] all = new byte[base.length + length.length];
        System.arraycopy(base, 0, all, 0, at);
        System.arraycopy(length, 0, all, at, length.length);
        System.arraycopy(base, at, all, at + length.length, base.length - at);
        return all;
    }

    private byte[] nested() {
        String open = random.nextBoolean() ? "[" : "{\"metadata\":";
        return text("{\"id\":\"d\",\"prompt\":" + open.repeat(1 + random.nextInt(20_000)));
    }

    private String name() {
        List<String> names =
                List.of("temperature", "max_tokens", "seed", "top_k", "deadline", "n", "stop", "user", "?");
        return names.get(random.nextInt(names.size()));
    }

    private String number() {
        return switch (random.nextInt(5)) {
            case 0 -> "1e999999999";
            case 1 -> "9".repeat(1 + random.nextInt(3000));
            case 2 -> "-0." + "0".repeat(500) + "1";
            case 3 -> "1e-" + "9".repeat(1 + random.nextInt(12));
            default -> Long.toString(random.nextLong());
        };
    }

    private String hostileText() {
        return switch (random.nextInt(6)) {
            case 0 -> "\"" + "\\u0000".repeat(1 + random.nextInt(40)) + "\"";
            case 1 -> "\"\\ud800\"";
            case 2 -> "\"" + "i".repeat(random.nextInt(400)) + "\"";
            case 3 -> "\"{{ ''.__class__ }}{% for i in range(10**9) %}\"";
            case 4 -> "[1,2,{\"a\":null}]";
            default -> "\"id" + random.nextInt(20) + "\"";
        };
    }

    private String pairs() {
        StringBuilder pairs = new StringBuilder();
        for (int i = random.nextInt(40); i >= 0; i--) {
            pairs.append(pairs.isEmpty() ? "" : ",")
                    .append('"')
                    .append("k".repeat(random.nextInt(80)))
                    .append(random.nextInt(10))
                    .append("\":\"")
                    .append("v".repeat(random.nextInt(600)))
                    .append('"');
        }
        return pairs.toString();
    }

    private byte[] withBadUtf8(byte[] base) {
        byte[] changed = base.clone();
        byte[] bad = {(byte) 0xc0, (byte) 0xf8, (byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xff};
        for (int i = 0; i < 3 && changed.length > 0; i++) {
            changed[random.nextInt(changed.length)] = bad[random.nextInt(bad.length)];
        }
        return changed;
    }

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
