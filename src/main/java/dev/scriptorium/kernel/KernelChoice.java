package dev.scriptorium.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * Which kernels suit a machine, and one sentence that says why, for the log. The choice decides speed alone: all
 * kernels give the same bits.
 */
public record KernelChoice(Kernels kernels, String reason) {
    private static final String MODULE = "jdk.incubator.vector";

    /**
     * @param vectorModule whether the JVM was started with the Vector API
     * @param preferredBits widest registers that the JVM makes use of; 0 without the module
     */
    public record MachineFacts(boolean vectorModule, int preferredBits) {
        /** What this JVM says of itself. */
        public static MachineFacts here() {
            boolean vectorModule = ModuleLayer.boot().findModule(MODULE).isPresent();
            return new MachineFacts(vectorModule, vectorModule ? Registers.preferredBits() : 0);
        }
    }

    /** Apart, because a class that names a vector cannot be loaded where there is no module. */
    private static final class Registers {
        static int preferredBits() {
            return FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }

    /** A function of the facts and nothing else. */
    public static KernelChoice of(MachineFacts facts) {
        if (!facts.vectorModule()) {
            return new KernelChoice(
                    new ScalarKernels(),
                    "scalar kernels, many times slower: the Vector API is not loaded; start the JVM with"
                            + " --add-modules " + MODULE);
        }
        if (facts.preferredBits() < 128) {
            return new KernelChoice(
                    new ScalarKernels(),
                    "scalar kernels, many times slower: the JVM uses registers of " + facts.preferredBits()
                            + " bits at most; the vector kernels need 128");
        }
        int bits = Math.min(512, Integer.highestOneBit(facts.preferredBits()));
        return new KernelChoice(
                new VectorKernels(bits),
                "vector kernels of " + bits + " bits: the JVM prefers registers of " + facts.preferredBits() + " bits");
    }
}
