package dev.scriptorium.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do at most, as the same JVM with the same threads reaches it: fused multiply-adds that touch no
 * memory, and reads that compute next to nothing. Benchmarks are told as shares of these.
 *
 * <p>Loads only where the Vector API does.
 */
public final class MachineLimits {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    /** Beyond any cache, two of them. */
    private static final int LONGS_A_THREAD = 1 << 24;

    private static final int FMA_ROUNDS = 1 << 21;
    private static final int CHAINS = 12;

    private final ComputeTeam team;
    private final long[][] memory; // (thread, elements)
    private final double[] results; // (thread): so that nothing can be left out

    public MachineLimits(ComputeTeam team) {
        this.team = team;
        this.memory = new long[team.threads()][LONGS_A_THREAD];
        this.results = new double[team.threads()];
        team.run((part, parts) -> Arrays.fill(memory[part], part + 1L));
    }

    /** f32 operations a second of all threads together, two an fma. */
    public double multiplyAdds() {
        long start = System.nanoTime();
        team.run((part, parts) -> results[part] += chains(FMA_ROUNDS, 0.5f));
        double seconds = (System.nanoTime() - start) / 1e9;
        return 2.0 * FMA_ROUNDS * CHAINS * FLOATS.length() * team.threads() / seconds;
    }

    /** Bytes read a second by all threads together. */
    public double readBytes() {
        long start = System.nanoTime();
        team.run((part, parts) -> results[part] += sum(memory[part]));
        double seconds = (System.nanoTime() - start) / 1e9;
        return (double) LONGS_A_THREAD * Long.BYTES * team.threads() / seconds;
    }

    /** Twelve chains, as many as latency times units of current processors ask for, and some more. */
    private static float chains(int rounds, float factor) {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        FloatVector a = x;
        FloatVector b = x;
        FloatVector c = x;
        FloatVector d = x;
        FloatVector e = x;
        FloatVector f = x;
        FloatVector g = x;
        FloatVector h = x;
        FloatVector i = x;
        FloatVector j = x;
        FloatVector k = x;
        FloatVector l = x;
        for (int round = 0; round < rounds; round++) {
            a = x.fma(x, a);
            b = x.fma(x, b);
            c = x.fma(x, c);
            d = x.fma(x, d);
            e = x.fma(x, e);
            f = x.fma(x, f);
            g = x.fma(x, g);
            h = x.fma(x, h);
            i = x.fma(x, i);
            j = x.fma(x, j);
            k = x.fma(x, k);
            l = x.fma(x, l);
        }
        FloatVector left = a.add(b).add(c).add(d).add(e).add(f);
        return left.add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
    }

    private static long sum(long[] memory) {
        int lanes = LONGS.length();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (int i = 0; i < LONGS_A_THREAD; i += 4 * lanes) {
            a = a.add(LongVector.fromArray(LONGS, memory, i));
            b = b.add(LongVector.fromArray(LONGS, memory, i + lanes));
            c = c.add(LongVector.fromArray(LONGS, memory, i + 2 * lanes));
            d = d.add(LongVector.fromArray(LONGS, memory, i + 3 * lanes));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
