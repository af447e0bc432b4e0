package dev.scriptorium.checkpoint.random;

import dev.scriptorium.model.LlamaConfig;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shapes of models that people know, from their config.json. */
public enum ModelShape {
    /** Nobody's: small enough for a test. */
    MICRO("micro", new LlamaConfig(256, 512, 2, 4, 2, 64, 512, 256, 1e-5f, 10_000), true),
    SMOLLM2_135M("smollm2-135m", new LlamaConfig(576, 1536, 30, 9, 3, 64, 49152, 8192, 1e-5f, 100_000), true),
    SMOLLM2_360M("smollm2-360m", new LlamaConfig(960, 2560, 32, 15, 5, 64, 49152, 8192, 1e-5f, 100_000), true),
    TINYLLAMA("tinyllama-1.1b", new LlamaConfig(2048, 5632, 22, 32, 4, 64, 32000, 2048, 1e-5f, 10_000), false),
    LLAMA_3_2_1B("llama-3.2-1b", new LlamaConfig(2048, 8192, 16, 32, 8, 64, 128256, 8192, 1e-5f, 500_000), true),
    COSMO_1B("cosmo-1b", new LlamaConfig(2048, 8192, 24, 16, 16, 128, 32000, 2048, 1e-5f, 10_000), false),
    SMOLLM2_1_7B("smollm2-1.7b", new LlamaConfig(2048, 8192, 24, 32, 32, 64, 49152, 8192, 1e-5f, 130_000), true),
    LLAMA_2_7B("llama-2-7b", new LlamaConfig(4096, 11008, 32, 32, 32, 128, 32000, 4096, 1e-5f, 10_000), false),
    MISTRAL_7B("mistral-7b", new LlamaConfig(4096, 14336, 32, 32, 8, 128, 32000, 4096, 1e-5f, 10_000), false);

    private final String spelling;
    private final LlamaConfig config;
    private final boolean tied;

    ModelShape(String spelling, LlamaConfig config, boolean tied) {
        this.spelling = spelling;
        this.config = config;
        this.tied = tied;
    }

    /** The shape of this name, or null. */
    public static @Nullable ModelShape named(String name) {
        return Arrays.stream(values())
                .filter(shape -> shape.spelling.equals(name))
                .findFirst()
                .orElse(null);
    }

    /** All names, the smallest model first. */
    public static String spellings() {
        return Arrays.stream(values()).map(ModelShape::spelling).collect(Collectors.joining(", "));
    }

    public String spelling() {
        return spelling;
    }

    public LlamaConfig config() {
        return config;
    }

    /** Whether the output matrix is the embedding itself. */
    public boolean tied() {
        return tied;
    }
}
