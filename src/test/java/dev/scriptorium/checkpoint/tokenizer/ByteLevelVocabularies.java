package dev.scriptorium.checkpoint.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Real byte-level vocabularies, which the jtokkit library ships as ranks, written as tokenizer.json. */
final class ByteLevelVocabularies {
    static final String GPT2 = "r50k_base";
    static final String GPT4 = "cl100k_base";

    static final String LLAMA3_PATTERN = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ByteLevelVocabularies() {}

    /** The pre_tokenizer of Llama-3. */
    static ObjectNode llama3Steps() {
        ObjectNode split = JSON.createObjectNode()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false);
        split.putObject("pattern").put("Regex", LLAMA3_PATTERN);
        return sequence(split, byteLevel(false));
    }

    /** The pre_tokenizer of SmolLM. */
    static ObjectNode smolSteps() {
        return sequence(JSON.createObjectNode().put("type", "Digits").put("individual_digits", true), byteLevel(true));
    }

    /** The pre_tokenizer of GPT-2. */
    static ObjectNode gpt2Steps() {
        return byteLevel(true);
    }

    private static ObjectNode sequence(ObjectNode... steps) {
        ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
        sequence.putArray("pretokenizers").addAll(List.of(steps));
        return sequence;
    }

    private static ObjectNode byteLevel(boolean useRegex) {
        return JSON.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", useRegex);
    }

    /** Writes tokenizer.json into a folder. */
    static Path write(Path folder, String name, ObjectNode preTokenizer, boolean ignoreMerges) throws IOException {
        Map<String, Integer> ranks = ranks(name);
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens");
        int next = ranks.values().stream().mapToInt(rank -> rank).max().orElseThrow() + 1;
        for (String special : List.of("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>")) {
            added.addObject()
                    .put("id", next++)
                    .put("content", special)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        root.putNull("normalizer");
        root.set("pre_tokenizer", preTokenizer);
        root.putNull("post_processor");
        root.set("decoder", byteLevel(true));
        ObjectNode model = root.putObject("model").put("type", "BPE").put("ignore_merges", ignoreMerges);
        model.putNull("dropout").putNull("unk_token").put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocab = model.putObject("vocab");
        ArrayNode merges = model.putArray("merges");
        ranks.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(entry -> {
            vocab.put(entry.getKey(), entry.getValue());
            if (entry.getKey().length() > 1) {
                List<String> halves = halves(entry.getKey(), entry.getValue(), ranks);
                if (halves.size() == 2) {
                    merges.add(halves.get(0) + " " + halves.get(1));
                }
            }
        });
        Path file = folder.resolve("tokenizer.json");
        Files.write(file, JSON.writeValueAsBytes(root));
        return file;
    }

    private static Map<String, Integer> ranks(String name) throws IOException {
        char[] alphabet = alphabet();
        Map<String, Integer> ranks = new HashMap<>();
        try (InputStream in =
                ByteLevelVocabularies.class.getResourceAsStream("/com/knuddels/jtokkit/" + name + ".tiktoken")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1)) {
                if (line.isBlank()) {
                    continue;
                }
                int space = line.indexOf(' ');
                StringBuilder spelled = new StringBuilder();
                for (byte value : Base64.getDecoder().decode(line.substring(0, space))) {
                    spelled.append(alphabet[Byte.toUnsignedInt(value)]);
                }
                ranks.put(
                        spelled.toString(),
                        Integer.parseInt(line.substring(space + 1).strip()));
            }
        }
        return ranks;
    }

    /** The two pieces that merges of lower rank leave of a piece: the last merge that makes it. */
    private static List<String> halves(String piece, int rank, Map<String, Integer> ranks) {
        List<String> parts = new ArrayList<>();
        piece.chars().forEach(character -> parts.add(Character.toString(character)));
        while (parts.size() > 2) {
            int best = -1;
            int bestRank = rank;
            for (int at = 0; at + 1 < parts.size(); at++) {
                int merged = ranks.getOrDefault(parts.get(at) + parts.get(at + 1), Integer.MAX_VALUE);
                if (merged < bestRank) {
                    best = at;
                    bestRank = merged;
                }
            }
            if (best < 0) {
                return List.of();
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return parts;
    }

    /** GPT-2's characters for bytes, as its own program lists them. */
    private static char[] alphabet() {
        char[] alphabet = new char[256];
        int other = 0;
        for (int value = 0; value < 256; value++) {
            boolean own = value >= 33 && value <= 126 || value >= 161 && value <= 172 || value >= 174;
            alphabet[value] = (char) (own ? value : 256 + other++);
        }
        return alphabet;
    }
}
