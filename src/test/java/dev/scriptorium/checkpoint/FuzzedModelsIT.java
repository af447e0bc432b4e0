package dev.scriptorium.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.scriptorium.token.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Good files with some bytes changed, {@code -Dfuzz.cases=N} of each format (300; 10,000 with the profile nightly):
 * each loads, or is refused by a CheckpointException, with little memory and time of a processor.
 */
class FuzzedModelsIT {
    private static final int CASES = Integer.getInteger("fuzz.cases", 300);
    private static final Path GGUF = SharedData.SCRIVENER.resolve("gguf/scrivener-1m-q8_0.gguf");
    private static final Duration TIME_MAX = Duration.ofSeconds(2);
    private static final long BYTES_MAX = 64L << 20;
    private static final String TEXT = "The moon 日本 <s> 12345\n  </s>";

    @TempDir
    private Path folder;

    private interface Loading {
        void load(Path path);
    }

    @Test
    void gguf() throws IOException {
        fuzz(Files.readAllBytes(GGUF), folder.resolve("model.gguf"), 40_000, Checkpoint::load, folder);
    }

    @Test
    void safetensors() throws IOException {
        copyFolder("model.safetensors");
        byte[] good = Files.readAllBytes(SharedData.SCRIVENER.resolve("model.safetensors"));
        fuzz(good, folder.resolve("model.safetensors"), 5_000, path -> Checkpoint.load(folder), folder);
    }

    @Test
    void config() throws IOException {
        copyFolder("config.json");
        byte[] good = Files.readAllBytes(SharedData.SCRIVENER.resolve("config.json"));
        fuzz(good, folder.resolve("config.json"), good.length, path -> Checkpoint.load(folder), folder);
    }

    @Test
    void tokenizerJson() throws IOException {
        byte[] good = Files.readAllBytes(SharedData.SCRIVENER.resolve("tokenizer.json"));
        fuzz(good, folder.resolve("tokenizer.json"), good.length, FuzzedModelsIT::tokenize, folder);
    }

    @Test
    void tokenizerModel() throws IOException {
        byte[] good = sentencePiece(Checkpoint.tokenizer(GGUF));
        fuzz(good, folder.resolve("tokenizer.model"), good.length, FuzzedModelsIT::tokenize, folder);
    }

    private static void tokenize(Path path) {
        Tokenizer tokenizer = Checkpoint.tokenizer(path);
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        for (int id : tokenizer.encodeWithControlTokens(TEXT)) {
            decoder.push(id);
        }
        decoder.finish();
    }

    private void copyFolder(String but) throws IOException {
        for (String file : List.of(
                "config.json",
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "model.safetensors")) {
            if (!file.equals(but)) {
                Files.copy(SharedData.SCRIVENER.resolve(file), folder.resolve(file));
            }
        }
    }

    private static void fuzz(byte[] good, Path path, int area, Loading loading, Path named) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Files.write(path, good);
        loading.load(path); // the good one does load, and what is loaded once is loaded
        long start = threads.getCurrentThreadAllocatedBytes();
        loading.load(path);
        long ownBytes = threads.getCurrentThreadAllocatedBytes() - start;
        int refused = 0;
        for (long seed = 0; seed < CASES; seed++) {
            Files.write(path, mutated(good, area, new SplittableRandom(seed)));
            long before = threads.getCurrentThreadAllocatedBytes();
            long begun = threads.getCurrentThreadCpuTime();
            try {
                loading.load(path);
            } catch (CheckpointException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed " + seed)
                        .contains(named.toString())
                        .doesNotContain("\n");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " of " + path.getFileName(), e);
            }
            Duration time = Duration.ofNanos(threads.getCurrentThreadCpuTime() - begun);
            assertThat(time).as("seed " + seed).isLessThan(TIME_MAX);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes for seed " + seed)
                    .isLessThan(ownBytes + BYTES_MAX);
        }
        System.err.printf("%s: %d of %d cases refused%n", path.getFileName(), refused, CASES);
        assertThat(refused).isPositive();
    }

    /** Cuts, overwrites, repeats or removes some bytes, mostly where a file makes its claims. */
    private static byte[] mutated(byte[] good, int area, SplittableRandom random) {
        byte[] bytes = good.clone();
        int changes = 1 + random.nextInt(4);
        for (int change = 0; change < changes; change++) {
            int length = Math.min(area, bytes.length);
            if (length < 16) {
                return bytes;
            }
            int at = random.nextInt(length - 8);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> Arrays.fill(bytes, at, at + 1 + random.nextInt(8), (byte) (random.nextBoolean() ? -1 : 0));
                case 3 -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, extreme(random));
                case 4 -> {
                    int digit = at;
                    while (digit < length && (bytes[digit] < '0' || bytes[digit] > '9')) {
                        digit++;
                    }
                    if (digit < length) {
                        bytes[digit] = (byte) "0123456789-".charAt(random.nextInt(11));
                    }
                }
                default -> {
                    int gone = 1 + random.nextInt(16);
                    bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : without(bytes, at, gone);
                }
            }
        }
        return bytes;
    }

    private static long extreme(SplittableRandom random) {
        long[] extremes = {Long.MAX_VALUE, Long.MIN_VALUE, -1, Integer.MAX_VALUE, 1L << 32, 1L << 40, 0, 1};
        return extremes[random.nextInt(extremes.length)];
    }

    private static byte[] without(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] rest = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, rest, at, bytes.length - end);
        return rest;
    }

    /** A tokenizer.model with the pieces of another tokenizer, as SentencePiece writes it. */
    private static byte[] sentencePiece(Tokenizer tokenizer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            String piece = tokenizer.piece(id);
            int type = id == 0 ? 2 : tokenizer.isControl(id) ? 3 : piece.matches("<0x[0-9A-F]{2}>") ? 6 : 1;
            int score = -id;
            message(out, 1, one -> {
                byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
                message(one, 1, text -> text.writeBytes(utf8));
                one.write(2 << 3 | 5);
                one.writeBytes(ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(score)
                        .array());
                one.writeBytes(new byte[] {3 << 3, (byte) type});
            });
        }
        message(out, 2, trainer -> trainer.writeBytes(new byte[] {3 << 3, 2, (byte) 0x98, 2, 1})); // BPE, byte_fallback
        message(out, 3, normalizer -> normalizer.writeBytes(new byte[] {3 << 3, 1, 4 << 3, 0}));
        return out.toByteArray();
    }

    private static void message(ByteArrayOutputStream out, int field, Consumer<ByteArrayOutputStream> content) {
        ByteArrayOutputStream own = new ByteArrayOutputStream();
        content.accept(own);
        out.write(field << 3 | 2);
        for (int left = own.size(); ; left >>>= 7) {
            out.write(left > 0x7F ? left & 0x7F | 0x80 : left);
            if (left <= 0x7F) {
                break;
            }
        }
        out.writeBytes(own.toByteArray());
    }
}
