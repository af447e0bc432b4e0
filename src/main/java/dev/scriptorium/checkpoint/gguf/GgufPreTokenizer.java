package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.SplitPattern;
import dev.scriptorium.token.SplitPattern.Behavior;
import dev.scriptorium.token.SplitSteps;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How text is cut for a byte-level vocabulary in a GGUF file: the file only names it, and the patterns are those of the
 * tokenizer.json that the name stands for.
 *
 * @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp">the names</a>
 */
public enum GgufPreTokenizer {
    LLAMA3(
            "llama-bpe",
            Set.of("llama3", "llama-v3", "falcon3"),
            true,
            true,
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    DBRX("dbrx", Set.of("smaug-bpe"), false, false, LLAMA3.patterns),
    QWEN2(
            "qwen2",
            Set.of("stablelm2"),
            false,
            false,
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    TEKKEN(
            "tekken",
            Set.of(),
            true,
            true,
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    GPT2("gpt-2", Set.of("gpt2", "mpt", "olmo", "jais", "phi-2"), false, false, SplitPattern.GPT2),
    SMOLLM(
            "smollm",
            Set.of("starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"),
            false,
            false,
            "\\p{N}",
            SplitPattern.GPT2);

    private final String name; // the one that is written
    private final Set<String> names; // those that are read
    final boolean ignoresMerges;
    final boolean addsBegin;
    private final String[] patterns;

    /**
     * @param name the one that is written
     * @param others that mean the same
     * @param ignoresMerges whether a word that is a piece is taken as it is
     * @param addsBegin whether prompts start with the begin token where the file does not say
     */
    GgufPreTokenizer(String name, Set<String> others, boolean ignoresMerges, boolean addsBegin, String... patterns) {
        this.name = name;
        this.names = new TreeSet<>(others);
        this.names.add(name);
        this.ignoresMerges = ignoresMerges;
        this.addsBegin = addsBegin;
        this.patterns = patterns;
    }

    /** What GGUF calls the way in which a tokenizer of bytes cuts text, or null if it has no name for it. */
    public static @Nullable String nameOf(BpeTokenizer tokenizer) {
        for (GgufPreTokenizer known : values()) {
            if (known.steps().equals(tokenizer.rules().words()) && known.ignoresMerges == tokenizer.ignoresMerges()) {
                return known.name;
            }
        }
        return null;
    }

    /** The one that {@code tokenizer.ggml.pre} names; any other is refused. */
    static GgufPreTokenizer named(GgufFile gguf, @Nullable String name) {
        for (GgufPreTokenizer known : values()) {
            if (name != null && known.names.contains(name)) {
                return known;
            }
        }
        List<String> all = Arrays.stream(values())
                .flatMap(known -> known.names.stream())
                .sorted()
                .toList();
        throw gguf.refuse("tokenizer.ggml.pre is '" + name + "', but a byte-level vocabulary must say how text is cut: "
                + String.join(", ", all));
    }

    SplitSteps steps() {
        return new SplitSteps(
                List.of(),
                Arrays.stream(patterns)
                        .<SplitSteps.Step>map(
                                regex -> new SplitSteps.Step.Cut(SplitPattern.regex(regex, Behavior.ISOLATED, false)))
                        .toList());
    }
}
