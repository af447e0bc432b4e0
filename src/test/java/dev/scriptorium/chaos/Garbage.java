package dev.scriptorium.chaos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a worker that lost its mind might answer, and what anybody might write on any topic: bytes without sense, pieces
 * of real outcomes, answers to requests that nobody made. Each carries its name as its key, so that it can be found
 * again among dead letters and rejections.
 */
final class Garbage {
    static final String NAME = "garbage-";

    private Garbage() {}

    /**
     * @param outcome a real one, of which pieces are taken; null if there is none yet
     * @param first number of the first record
     */
    static List<ProducerRecord<byte[], byte[]>> of(
            long seed, byte @Nullable [] outcome, List<String> topics, int first) {
        Random random = new Random(seed);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (String topic : topics) {
            for (int kind = 0; kind < 4; kind++) {
                byte[] name = (NAME + (first + records.size())).getBytes(StandardCharsets.UTF_8);
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, name, value(random, outcome, kind));
                records.add(record);
            }
        }
        return records;
    }

    private static byte @Nullable [] value(Random random, byte @Nullable [] outcome, int kind) {
        return switch (kind) {
            case 0 -> bytes(random, 200);
            case 1 -> "[[[[[[{{{\"p0".repeat(50).getBytes(StandardCharsets.UTF_8);
            // A real outcome under a key that is not its own, and the beginning of one.
            case 2 -> outcome == null ? new byte[] {(byte) 0xc3, 1, 2} : outcome;
            default -> outcome == null ? null : Arrays.copyOf(outcome, random.nextInt(outcome.length));
        };
    }

    private static byte[] bytes(Random random, int most) {
        byte[] bytes = new byte[1 + random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }
}
