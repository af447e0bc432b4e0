package dev.scriptorium.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What is left to draw from, and with which probabilities, against Hugging Face's Transformers itself: 3,000 random
 * vectors of 2 to 3,999 logits under random options. {@code src/test/goldens/sampling.py} made the file, and draws the
 * same cases.
 */
class SamplerGoldensTest {
    private static final Path FILE = Path.of("src/test/resources/sample/transformers.txt");
    private static final long SEED = 20_261_124;
    private static final double EXACTNESS = 1e-9;

    private record Case(float[] logits, int[] prompt, SamplerOptions options) {}

    @Test
    void keepsTheTokensThatTransformersKeepsWithTheSameProbabilities() throws IOException {
        // Given
        List<String> expected = Files.readAllLines(FILE).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        SplittableRandom random = new SplittableRandom(SEED);

        // When
        List<Case> cases = new ArrayList<>();
        expected.forEach(line -> cases.add(draw(random)));

        // Then
        assertThat(expected).hasSize(3_000);
        for (int number = 0; number < expected.size(); number++) {
            check("case " + number, cases.get(number), expected.get(number).split(" "));
        }
    }

    private static void check(String as, Case drawn, String[] expected) {
        float[] scores = drawn.logits.clone();
        Penalties penalties = new Penalties(drawn.options);
        IntStream.of(drawn.prompt).forEach(penalties::addPrompt);
        penalties.apply(scores);
        Candidates left = new Candidates(drawn.options, scores.length);
        left.narrow(scores);
        double total =
                IntStream.range(0, left.count()).mapToDouble(left::weight).sum();
        double[] shares = IntStream.range(0, left.count())
                .mapToDouble(place -> left.weight(place) / total)
                .toArray();
        assertThat(left.count()).as(as + " %s", drawn.options).isEqualTo(Integer.parseInt(expected[0]));
        assertThat(hash(left, scores)).as(as + " %s", drawn.options).isEqualTo(expected[1]);
        near(as, DoubleStream.of(shares).max().orElseThrow(), expected[2]);
        near(as, DoubleStream.of(shares).min().orElseThrow(), expected[3]);
        near(as, DoubleStream.of(shares).map(share -> share * share).sum(), expected[4]);
        int token = pick(drawn);
        assertThat(IntStream.range(0, left.count()).map(left::id)).as(as).contains(token);
    }

    private static int pick(Case drawn) {
        Sampler sampler = new Sampler(drawn.options, drawn.logits.length);
        sampler.prompt(drawn.prompt);
        return sampler.pick(drawn.logits, 0, 0);
    }

    private static void near(String as, double share, String expected) {
        double other = Double.parseDouble(expected);
        // Below e^-700 of the largest a weight is nothing here.
        assertThat(Math.abs(share - other)).as(as).isLessThanOrEqualTo(EXACTNESS * other + 1e-300);
    }

    /** FNV-1a over the bits of the scores, the largest first. */
    private static String hash(Candidates left, float[] scores) {
        float[] sorted = new float[left.count()];
        for (int place = 0; place < sorted.length; place++) {
            sorted[place] = -scores[left.id(place)];
        }
        java.util.Arrays.sort(sorted);
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (float negative : sorted) {
            long bits = Float.floatToRawIntBits(0f - negative) & 0xFFFF_FFFFL;
            hash = (hash ^ bits) * 0x100_0000_01b3L;
        }
        return String.format("%016x", hash);
    }

    private static int below(SplittableRandom random, int bound) {
        return (int) ((random.nextLong() >>> 33) % bound);
    }

    /** As the script draws it, number for number. */
    private static Case draw(SplittableRandom random) {
        int[][] sizes = {{2, 33}, {35, 512}, {35, 512}, {2000, 2000}};
        int[] range = sizes[below(random, 4)];
        float[] logits = new float[range[0] + below(random, range[1])];
        int kind = below(random, 3);
        for (int id = 0; id < logits.length; id++) {
            logits[id] = logit(random, kind);
        }
        int[] prompt = IntStream.range(0, below(random, 20))
                .map(each -> below(random, logits.length))
                .toArray();
        float repetition = below(random, 2) == 0 ? 1f : (below(random, 96) + 16) / 64f;
        float temperature = below(random, 2) == 0 ? 1f : (below(random, 126) + 3) / 64f;
        int topK = below(random, 2) == 0 ? 0 : 1 + below(random, Math.min(logits.length + 10, 200));
        float topP = below(random, 2) == 0 ? 1f : (2 * below(random, 1024) + 1) / 2048f;
        float minP = below(random, 2) == 0 ? 0f : (2 * below(random, 256) + 1) / 2048f;
        return new Case(logits, prompt, new SamplerOptions(temperature, topK, topP, minP, repetition, 0f, 0f, 1));
    }

    private static float logit(SplittableRandom random, int kind) {
        if (kind == 0) {
            return (below(random, 161) - 80) / 4f;
        }
        int sum = IntStream.range(0, 4).map(each -> below(random, 8192)).sum();
        float logit = (sum - 16384) / 1024f;
        return kind == 2 && below(random, 64) == 0 ? logit + 8 : logit;
    }
}
