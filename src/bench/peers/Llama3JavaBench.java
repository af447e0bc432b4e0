package com.llama4j;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The benchmark's work on llama3.java, past its tokenizer, which reads Llama 3's only: a prompt of 512 tokens, then one
 * sequence after 64 tokens. Prints a JSON line for each kind of work, as llama-cpp.mjs does. In its package, because
 * its classes are not public.
 */
class Llama3JavaBench {
    private static final int PROMPT = 512;
    private static final int PREFIX = 64;
    private static final int STEPS = 16;
    private static final int RUNS = 3;
    private static final int BATCH = Integer.getInteger("llama.BatchSize", 16);

    public static void main(String[] arguments) throws Exception {
        Llama model = load(Path.of(arguments[0]));
        Llama.State state = new Llama.State(model.configuration(), BATCH);
        ingest(model, state, PROMPT); // for the compiler
        for (int run = 0; run < RUNS; run++) {
            long start = System.nanoTime();
            ingest(model, state, PROMPT);
            print("prompt", PROMPT, start);
        }
        for (int run = 0; run <= RUNS; run++) {
            ingest(model, state, PREFIX);
            long start = System.nanoTime();
            for (int i = 0; i < STEPS; i++) {
                Llama.forward(model, state, new int[] {token(i)}, PREFIX + i, true);
            }
            if (run > 0) {
                print("decode", STEPS, start);
            }
        }
    }

    private static Llama load(Path path) throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            GGUF gguf = GGUF.loadModel(file, path.toString());
            Map<String, Object> metadata = gguf.getMetadata();
            Llama.Configuration config = new Llama.Configuration(
                    (int) metadata.get("llama.embedding_length"),
                    (int) metadata.get("llama.feed_forward_length"),
                    (int) metadata.get("llama.block_count"),
                    (int) metadata.get("llama.attention.head_count"),
                    (int) metadata.get("llama.attention.head_count_kv"),
                    ((String[]) metadata.get("tokenizer.ggml.tokens")).length,
                    PROMPT,
                    (float) metadata.get("llama.attention.layer_norm_rms_epsilon"),
                    (float) metadata.get("llama.rope.freq_base"));
            Map<String, GGMLTensorEntry> tensors =
                    GGUF.loadTensors(file, gguf.getTensorDataOffset(), gguf.getTensorInfos());
            return new Llama(config, null, ModelLoader.loadWeights(tensors, config));
        }
    }

    private static void ingest(Llama model, Llama.State state, int tokens) {
        for (int at = 0; at < tokens; at += BATCH) {
            int[] batch = new int[Math.min(BATCH, tokens - at)];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = token(at + i);
            }
            Llama.forward(model, state, batch, at, at + batch.length == tokens);
        }
    }

    private static int token(int i) {
        return 300 + i * 7919 % 200;
    }

    private static void print(String work, int tokens, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT, "{\"work\":\"%s\",\"sequences\":1,\"tokens_per_second\":%.3f}%n", work, tokens / seconds);
    }
}
