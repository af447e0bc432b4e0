package dev.scriptorium.bench;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.grammar.Automaton;
import dev.scriptorium.grammar.Cursor;
import dev.scriptorium.grammar.Grammar;
import dev.scriptorium.grammar.TokenTrie;
import dev.scriptorium.token.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What it costs to hold texts to a schema: processor time for the tokens that may come next, while random documents of
 * the schema are written. The first document finds every state for the first time, later ones know most.
 */
public final class MaskBench {
    private static final int DOCUMENTS = 200;
    private static final int TOKENS_MAX = 400;
    private static final String SCHEMA = """
        {"type": "object", "additionalProperties": false, "required": ["name", "age", "email", "tags", "address"],
         "properties": {
           "name": {"type": "string", "maxLength": 60},
           "age": {"type": "integer", "minimum": 0, "maximum": 130},
           "email": {"type": "string", "pattern": "^[a-z0-9._]{1,30}@[a-z0-9.]{1,30}$"},
           "role": {"enum": ["reader", "writer", "editor"]},
           "tags": {"type": "array", "maxItems": 8, "items": {"type": "string", "maxLength": 20}},
           "address": {"type": "object", "required": ["street", "city"], "additionalProperties": false,
             "properties": {"street": {"type": "string"}, "city": {"type": "string"}, "zip": {"type": "string"}}}}}
        """;

    private MaskBench() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 1) {
            System.err.println("usage: MaskBench TOKENIZER|MODEL [SCHEMA.json]");
            System.exit(2);
        }
        Tokenizer tokenizer = Checkpoint.tokenizer(Path.of(arguments[0]));
        String schema = arguments.length > 1 ? Files.readString(Path.of(arguments[1])) : SCHEMA;
        long start = System.nanoTime();
        TokenTrie trie = new TokenTrie(bytes(tokenizer));
        long built = System.nanoTime();
        Automaton automaton = Grammar.jsonSchema(schema).automaton(trie);
        long compiled = System.nanoTime();
        print(
                "%,d pieces; trie %.1f ms, schema %.1f ms%n",
                tokenizer.vocabularySize(), (built - start) / 1e6, (compiled - built) / 1e6);
        SplittableRandom random = new SplittableRandom(1);
        List<Long> first = write(automaton.cursor(), random);
        report("first document", first);
        List<Long> later = new ArrayList<>();
        for (int document = 1; document < DOCUMENTS; document++) {
            later.addAll(write(automaton.cursor(), random));
        }
        report("documents 2 to " + DOCUMENTS, later);
    }

    private static List<byte @Nullable []> bytes(Tokenizer tokenizer) {
        List<byte @Nullable []> bytes = new ArrayList<>();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            bytes.add(tokenizer.isControl(id) ? null : tokenizer.bytes(id));
        }
        return bytes;
    }

    /** Writes a document of random tokens; returns nanoseconds a token. */
    private static List<Long> write(Cursor cursor, SplittableRandom random) {
        List<Long> nanos = new ArrayList<>();
        while (!cursor.isOver() && nanos.size() < TOKENS_MAX) {
            long start = System.nanoTime();
            long[] allowed = cursor.allowed();
            long masked = System.nanoTime() - start;
            int token = choose(allowed, random);
            start = System.nanoTime();
            cursor.accept(token);
            nanos.add(masked + System.nanoTime() - start);
        }
        return nanos;
    }

    private static int choose(long[] allowed, SplittableRandom random) {
        int count = Arrays.stream(allowed).mapToInt(Long::bitCount).sum();
        int wanted = random.nextInt(count);
        int word = 0;
        while (wanted >= Long.bitCount(allowed[word])) {
            wanted -= Long.bitCount(allowed[word++]);
        }
        long bits = allowed[word];
        for (int i = 0; i < wanted; i++) {
            bits &= bits - 1;
        }
        return word * 64 + Long.numberOfTrailingZeros(bits);
    }

    private static void report(String what, List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(each -> each).sorted().toArray();
        print(
                "%s: %,d tokens, mean %.1f, median %.1f, 99%% %.1f, most %.1f microseconds a token%n",
                what,
                sorted.length,
                Arrays.stream(sorted).average().orElse(0) / 1e3,
                sorted[sorted.length / 2] / 1e3,
                sorted[sorted.length * 99 / 100] / 1e3,
                sorted[sorted.length - 1] / 1e3);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
