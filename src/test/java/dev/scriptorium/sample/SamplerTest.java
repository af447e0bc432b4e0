package dev.scriptorium.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.scriptorium.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final SamplerOptions PLAIN = new SamplerOptions(1f, 0, 1f, 0f, 1f, 0f, 0f, 1);
    private static final SamplerOptions GREEDY = new SamplerOptions(0f, 0, 1f, 0f, 1f, 0f, 0f, 1);

    private static SamplerOptions filtered(int topK, float topP, float minP) {
        return new SamplerOptions(1f, topK, topP, minP, 1f, 0f, 0f, 1);
    }

    static LongStream seeds() {
        return Seeds.of(40);
    }

    /** 40 seeds times 60 tokens, each a fresh logit vector with many ties, under options of its own. */
    @ParameterizedTest
    @MethodSource("seeds")
    void drawsWhatTransformersWouldDraw(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SamplerOptions options = options(random);
        int size = random.nextInt(1, 300);
        Sampler sampler = new Sampler(options, size);
        NaiveSampler naive = new NaiveSampler(options);
        int[] prompt = random.ints(random.nextInt(20), 0, size).toArray();
        sampler.prompt(prompt);
        naive.prompt(prompt);
        for (int position = 0; position < 60; position++) {
            // Given
            float[] logits = logits(random, size + 3);
            float[] own = Arrays.copyOfRange(logits, 3, 3 + size);
            double[] exact = naive.probabilities(own, 0);
            boolean decided = Arrays.equals(kept(naive, own, -1e-9), kept(naive, own, 1e-9));

            // When
            int token = sampler.pick(logits, 3, position);

            // Then
            if (decided) {
                double unit = CounterRandom.unit(options.seed(), position);
                double before = Arrays.stream(exact, 0, token).sum();
                assertThat(exact[token])
                        .as("token %s at %s of %s", token, position, options)
                        .isPositive();
                assertThat(unit).isBetween(before - 1e-9, before + exact[token] + 1e-9);
            }
            naive.output(token);
        }
    }

    private static int[] kept(NaiveSampler naive, float[] logits, double slack) {
        double[] probabilities = naive.probabilities(logits, slack);
        return IntStream.range(0, logits.length)
                .filter(id -> probabilities[id] > 0)
                .toArray();
    }

    private static SamplerOptions options(SplittableRandom random) {
        return new SamplerOptions(
                (float) random.nextDouble(0.05, 2),
                random.nextBoolean() ? 0 : random.nextInt(1, 320),
                random.nextBoolean() ? 1f : (float) random.nextDouble(0.01, 1),
                random.nextBoolean() ? 0f : (float) random.nextDouble(),
                random.nextBoolean() ? 1f : (float) random.nextDouble(0.5, 2),
                random.nextBoolean() ? 0f : (float) random.nextDouble(-2, 2),
                random.nextBoolean() ? 0f : (float) random.nextDouble(-2, 2),
                random.nextLong());
    }

    /** Multiples of a quarter, so that ties are the rule and sums of them are often exact. */
    private static float[] logits(SplittableRandom random, int size) {
        float[] logits = new float[size];
        for (int i = 0; i < size; i++) {
            logits[i] = random.nextInt(-40, 40) / 4f;
        }
        return logits;
    }

    @Test
    void greedyTakesTheSmallerIdOfEqualLogits() {
        assertThat(new Sampler(GREEDY, 4).pick(new float[] {1, 3, 3, -2}, 0, 0)).isEqualTo(1);
        assertThat(new Sampler(GREEDY, 2).pick(new float[] {-0f, 0f}, 0, 0)).isEqualTo(0);
    }

    @Test
    void greedyHeedsPenalties() {
        // Given
        Sampler sampler = new Sampler(new SamplerOptions(0f, 0, 1f, 0f, 2f, 0f, 0f, 1), 3);
        sampler.prompt(new int[] {1, 1, 1});

        // When
        int token = sampler.pick(new float[] {1.6f, 3, 1.4f}, 0, 0);

        // Then
        assertThat(token).as("once for each distinct token: 3 / 2 is below 1.6").isEqualTo(0);
    }

    @Test
    void repetitionPenaltyMultipliesNegativeLogits() {
        // Given
        Sampler sampler = new Sampler(new SamplerOptions(0f, 0, 1f, 0f, 2f, 0f, 0f, 1), 2);
        sampler.prompt(new int[] {0});

        // When
        int token = sampler.pick(new float[] {-1, -1.5f}, 0, 0);

        // Then
        assertThat(token).isEqualTo(1);
    }

    @Test
    void frequencyAndPresenceCountOutputAlone() {
        // Given
        Sampler sampler = new Sampler(new SamplerOptions(0f, 0, 1f, 0f, 1f, 0.5f, 0.25f, 1), 2);
        sampler.prompt(new int[] {0, 0, 0});
        float[] logits = {2, 1};

        // When
        int[] tokens = IntStream.range(0, 5)
                .map(position -> sampler.pick(logits, 0, position))
                .toArray();

        // Then
        assertThat(tokens)
                .as("2; 1.25; 0.75 against 1; then 0.75 against 0.25; then 0.25 against 0.25")
                .containsExactly(0, 0, 1, 0, 0);
    }

    @Test
    void topKKeepsTiesAtItsThreshold() {
        assertThat(reached(filtered(2, 1f, 0f), new float[] {5, 4, 4, 3})).containsExactly(0, 1, 2);
    }

    @Test
    void topKLargerThanTheVocabularyKeepsAll() {
        assertThat(reached(filtered(99, 1f, 0f), new float[] {1, 1, 1})).containsExactly(0, 1, 2);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 2", "0.500001, 3", "0.25, 1", "0.0000001, 1", "0.99, 4"})
    void topPKeepsTheFewestThatReachItsShareAndSmallerIdsOfEquals(float topP, int kept) {
        int[] expected = IntStream.range(0, kept).toArray();
        assertThat(reached(filtered(0, topP, 0f), new float[] {7, 7, 7, 7})).containsExactly(expected);
    }

    @Test
    void minPKeepsWhatIsExactlyItsShareOfTheLargest() {
        assertThat(reached(filtered(0, 1f, 1f), new float[] {2, 1, 2})).containsExactly(0, 2);
    }

    /** All tokens that a thousand draws came upon, ascending. */
    private static int[] reached(SamplerOptions options, float[] logits) {
        Sampler sampler = new Sampler(options, logits.length);
        return IntStream.range(0, 1000)
                .map(position -> sampler.pick(logits, 0, position))
                .distinct()
                .sorted()
                .toArray();
    }

    @Test
    void drawsAsOftenAsProbabilitySays() {
        // Given
        float[] logits = {0, 1, 2, 3, -1, 0.5f};
        Sampler sampler = new Sampler(PLAIN, 6);
        double[] counts = new double[6];
        int draws = 200_000;

        // When
        for (int position = 0; position < draws; position++) {
            counts[sampler.pick(logits, 0, position)]++;
        }

        // Then
        double[] expected = new NaiveSampler(PLAIN).probabilities(logits, 0);
        for (int id = 0; id < 6; id++) {
            double deviation = Math.sqrt(expected[id] * (1 - expected[id]) / draws);
            assertThat(counts[id] / draws).isCloseTo(expected[id], within(4.5 * deviation));
        }
    }

    @Test
    void theSameSeedAndPositionDrawTheSameWhateverWasDrawnBefore() {
        // Given
        float[] logits = Seeds.floats(1000, 5);
        Sampler through = new Sampler(PLAIN, 1000);
        for (int position = 0; position < 10; position++) {
            through.pick(logits, 0, position);
        }

        // When
        int token = new Sampler(PLAIN, 1000).pick(logits, 0, 10);

        // Then
        assertThat(token).isEqualTo(through.pick(logits, 0, 10));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesLogitsThatAreNotFinite(float broken) {
        float[] logits = {1, 2, broken, 4};
        for (SamplerOptions options : new SamplerOptions[] {PLAIN, GREEDY}) {
            assertThatThrownBy(() -> new Sampler(options, 4).pick(logits, 0, 0))
                    .isInstanceOf(NonFiniteLogitsException.class)
                    .hasMessage("the logit of token 2 is " + broken);
        }
    }

    @Test
    void extremeNumbersStillGiveAToken() {
        // Given
        SamplerOptions cold = new SamplerOptions(Float.MIN_VALUE, 3, 0.9f, 0.1f, Float.MIN_VALUE, 0f, 0f, 1);
        Sampler sampler = new Sampler(cold, 3);
        sampler.prompt(new int[] {0, 1, 2});

        // When
        int token = sampler.pick(new float[] {-Float.MAX_VALUE, 1, Float.MAX_VALUE}, 0, 0);

        // Then
        assertThat(token).as("1 and 2 are both clamped to the largest float").isIn(1, 2);
    }

    @Test
    void refusesIdsOutsideTheVocabulary() {
        assertThatThrownBy(() -> new Sampler(PLAIN, 4).prompt(new int[] {0, 4}))
                .hasMessage("token id 4; must be 0 to 3");
    }

    @Test
    void refusesOptionsThatMeanNothing() {
        assertThatThrownBy(() -> new SamplerOptions(-1f, 0, 1f, 0f, 1f, 0f, 0f, 1))
                .hasMessage("temperature is -1.0; must be at least 0");
        assertThatThrownBy(() -> filtered(-1, 1f, 0f)).hasMessage("topK is -1; must be at least 0");
        assertThatThrownBy(() -> filtered(0, 0f, 0f)).hasMessage("topP is 0.0; must be above 0 and at most 1");
        assertThatThrownBy(() -> filtered(0, 1f, Float.NaN)).hasMessage("minP is NaN; must be from 0 to 1");
    }

    @Test
    void expIsNearEnoughToTheTruth() {
        // Given
        double worst = 0;

        // When
        for (double x = -700; x <= 0; x += 0.00173) {
            worst = Math.max(worst, Math.abs(Weights.exp(x) / StrictMath.exp(x) - 1));
        }

        // Then
        assertThat(worst).isLessThan(1e-14);
        assertThat(Weights.exp(0)).isEqualTo(1);
        assertThat(Weights.exp(-700.1)).isZero();
        assertThat(Weights.exp(Double.NEGATIVE_INFINITY)).isZero();
    }

    @Test
    void randomNumbersAreThoseOfSplitMix64() {
        // Given
        long seed = 42;
        long mixed = (seed ^ (seed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        mixed ^= mixed >>> 31;

        // When
        double[] numbers = IntStream.range(0, 100)
                .mapToDouble(position -> CounterRandom.unit(seed, position))
                .toArray();

        // Then
        SplittableRandom reference = new SplittableRandom(mixed);
        for (double number : numbers) {
            assertThat(number).isEqualTo((reference.nextLong() >>> 11) * 0x1p-53);
        }
    }
}
