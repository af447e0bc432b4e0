package dev.scriptorium.wire;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.Seeds;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people read when a prompt is bad, as a page to be read in review; and that no bytes at all do worse. */
class RefusalCatalogueTest {
    private static final Path BAD = Path.of("src/test/resources/golden/refusals/bad-prompts.jsonl");
    private static final List<String> BAD_LINES = lines();
    private static final int RECORD_BYTES_MAX = 100_000;
    private static final SingleObject AVRO = SingleObject.ofAllReleased();
    private static final EventCodec CODEC = new EventCodec();
    private static final PromptDecoder DECODER = new PromptDecoder(RECORD_BYTES_MAX);

    @Test
    void everyBadLineIsRefusedInTheSameWordsAsEver() {
        // Given
        List<String> lines = BAD_LINES;

        // When
        StringBuilder page = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            Arrival arrival =
                    new Arrival("key", lines.get(i).getBytes(UTF_8), null, null, "bad.jsonl:" + (i + 1), Samples.NOON);
            page.append(lines.get(i))
                    .append('\n')
                    .append(told(DECODER.decode(arrival)))
                    .append("\n\n");
        }

        // Then
        Golden.check("src/test/resources/golden/refusals/bad-prompts.txt", page.toString());
        assertThat(page).doesNotContain("ACCEPTED").doesNotContain("defect").doesNotContain("[Source");
    }

    @Test
    void everyBadRecordIsRefusedInTheSameWordsAsEver() {
        // Given
        String good = "{\"prompt\":\"x\"}";
        Map<String, Arrival> arrivals = new TreeMap<>();
        arrivals.put("no value", arrival("k", null));
        arrivals.put("no id and no key", arrival(null, good.getBytes(UTF_8)));
        arrivals.put("a key that is no id", arrival("a\u0000b", good.getBytes(UTF_8)));
        arrivals.put("not UTF-8", arrival("k", new byte[] {'{', '"', 'i', 'd', '"', ':', '"', (byte) 0xff, '"', '}'}));
        arrivals.put("UTF-16", arrival("k", good.getBytes(UTF_16LE)));
        arrivals.put("too long", arrival("k", new byte[RECORD_BYTES_MAX + 1]));
        arrivals.put("Confluent wire format", arrival("k", new byte[] {0, 0, 0, 0, 42, 2, 3}));
        arrivals.put("Avro of an unknown schema", arrival("k", new byte[] {(byte) 0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        arrivals.put("Avro header alone", arrival("k", new byte[] {(byte) 0xc3, 1, 1}));
        arrivals.put(
                "Avro of another event",
                arrival("k", new AnswerWriter().write(Samples.completion(Dialect.AVRO), AnswerFormat.AVRO)));
        byte[] prompt = AVRO.encode(AvroEvents.write(Samples.prompt()));
        arrivals.put("Avro torn", arrival("k", Arrays.copyOf(prompt, prompt.length / 2)));
        arrivals.put("job header", new Arrival("k", good.getBytes(UTF_8), "my job", null, "bad.jsonl:1", Samples.NOON));
        arrivals.put("tenant header", new Arrival("k", good.getBytes(UTF_8), null, "", "bad.jsonl:1", Samples.NOON));

        // When
        StringBuilder page = new StringBuilder();
        arrivals.forEach((name, arrival) -> page.append(name)
                .append('\n')
                .append(told(DECODER.decode(arrival)))
                .append("\n\n"));

        // Then
        Golden.check("src/test/resources/golden/refusals/bad-records.txt", page.toString());
        assertThat(page).doesNotContain("ACCEPTED").doesNotContain("defect");
    }

    static LongStream seeds() {
        return Seeds.of(20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noBytesWhateverMakeItThrow(long seed) {
        // Given
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            byte[] bytes = mutated(random);
            Arrival arrival = new Arrival(random.nextBoolean() ? "k" : null, bytes, null, null, null, Samples.NOON);

            // When
            Decoded decoded = DECODER.decode(arrival);

            // Then
            String bytesShown = HexFormat.of().formatHex(bytes);
            assertThat(told(decoded)).as(bytesShown).doesNotContain("defect");
            if (arrival.key() != null) {
                assertThat(decoded).as(bytesShown).isNotInstanceOf(Decoded.Unreadable.class);
            }
            if (!(decoded instanceof Decoded.Unreadable)) {
                assertThat(CODEC.intake(CODEC.encode(decoded))).as(bytesShown).isEqualTo(decoded);
            }
        }
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(BAD);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] mutated(Random random) {
        byte[] bytes = switch (random.nextInt(4)) {
            case 0 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                yield noise;
            }
            case 1 -> AVRO.encode(AvroEvents.write(Samples.chat()));
            default -> BAD_LINES.get(random.nextInt(BAD_LINES.size())).getBytes(UTF_8);
        };
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte)
                    (random.nextBoolean() ? "{}[]\",:\\0e-9\u007f".charAt(random.nextInt(13)) : random.nextInt());
        }
        return random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    private static Arrival arrival(@Nullable String key, byte @Nullable [] value) {
        return new Arrival(key, value, null, null, null, Samples.NOON);
    }

    private static String told(Decoded decoded) {
        return switch (decoded) {
            case Decoded.Accepted(var prompt) -> "  ACCEPTED " + prompt.request();
            case Decoded.Refused(Rejection rejection, String digest) -> {
                RequestId request = rejection.request();
                yield "  %s %s %s, field %s\n  %s"
                        .formatted(
                                rejection.code().code(),
                                request.key(),
                                rejection.dialect().name().toLowerCase(Locale.ROOT),
                                rejection.field(),
                                rejection.message());
            }
            case Decoded.Cancelled(var cancellation) ->
                "  CANCELLED " + cancellation.target().key();
            case Decoded.Unreadable(String reason) -> "  unreadable\n  " + reason;
        };
    }
}
