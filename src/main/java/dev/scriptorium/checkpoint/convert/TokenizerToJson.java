package dev.scriptorium.checkpoint.convert;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.SplitPattern;
import dev.scriptorium.token.SplitSteps;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;

/** A tokenizer as Hugging Face's tokenizer.json. */
final class TokenizerToJson {
    private static final String MARK = "\u2581";

    private final JsonMapper mapper = JsonMapper.builder().build();
    private final String source;
    private final BpeTokenizer tokenizer;
    private final Vocabulary vocabulary;

    /** @param source what to call the model in an error */
    TokenizerToJson(String source, BpeTokenizer tokenizer) {
        this.source = source;
        this.tokenizer = tokenizer;
        this.vocabulary = tokenizer.vocabulary();
    }

    /** @throws CheckpointException if tokenizer.json has no words for this tokenizer */
    ObjectNode root() {
        ObjectNode root = mapper.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        addedTokens(root.putArray("added_tokens"));
        switch (tokenizer.rules().decoding()) {
            case BYTE_LEVEL -> stepsOfBytes(root);
            case BYTE_FALLBACK -> stepsOfMarks(root, false);
            case BYTE_FALLBACK_WITHOUT_FIRST_SPACE -> stepsOfMarks(root, true);
        }
        model(root.putObject("model"));
        return root;
    }

    private CheckpointException refuse(String why) {
        return new CheckpointException(source + ": " + why);
    }

    private void addedTokens(ArrayNode added) {
        for (int id = 0; id < vocabulary.size(); id++) {
            boolean special = switch (vocabulary.kind(id)) {
                case CONTROL, UNKNOWN -> true;
                case NORMAL, USER_DEFINED, UNUSED, BYTE -> false;
            };
            if (special || vocabulary.kind(id) == Kind.USER_DEFINED) {
                added.addObject()
                        .put("id", id)
                        .put("content", vocabulary.piece(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", special);
            }
        }
    }

    private void stepsOfMarks(ObjectNode root, boolean stripsFirst) {
        if (!(tokenizer.rules().words() instanceof SpaceMarking marking) || marking.collapses()) {
            throw refuse(
                    "makes one space of several (remove_extra_whitespaces), which is not written to tokenizer.json");
        }
        ArrayNode normalizers =
                root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (marking.prefix() != SpaceMarking.Prefix.NEVER) {
            normalizers.addObject().put("type", "Prepend").put("prepend", MARK);
        }
        replace(normalizers.addObject(), " ", MARK);
        root.putNull("pre_tokenizer");
        putBegin(root);
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replace(decoders.addObject(), MARK, " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (stripsFirst) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
    }

    private static void replace(ObjectNode step, String text, String by) {
        step.put("type", "Replace").putObject("pattern").put("String", text);
        step.put("content", by);
    }

    private void stepsOfBytes(ObjectNode root) {
        if (!(tokenizer.rules().words() instanceof SplitSteps steps)
                || !steps.forms().isEmpty()) {
            throw refuse("normalizes text before it cuts it, which is not written to tokenizer.json");
        }
        root.putNull("normalizer");
        ArrayNode cuts = root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        boolean spaceBefore = false;
        for (SplitSteps.Step step : steps.steps()) {
            switch (step) {
                case SplitSteps.Step.SpaceBefore() -> spaceBefore = true;
                case SplitSteps.Step.Cut(SplitPattern pattern) -> {
                    if (spaceBefore || pattern.behavior() != SplitPattern.Behavior.ISOLATED) {
                        throw refuse("cuts text in a way that is not written to tokenizer.json: " + pattern.regex());
                    }
                    ObjectNode cut = cuts.addObject()
                            .put("type", "Split")
                            .put("behavior", "Isolated")
                            .put("invert", pattern.isInverted());
                    cut.putObject("pattern").put("Regex", pattern.regex());
                }
            }
        }
        byteLevel(cuts.addObject(), spaceBefore);
        putBegin(root);
        byteLevel(root.putObject("decoder"), spaceBefore);
    }

    private static void byteLevel(ObjectNode step, boolean spaceBefore) {
        step.put("type", "ByteLevel")
                .put("add_prefix_space", spaceBefore)
                .put("trim_offsets", true)
                .put("use_regex", false);
    }

    /** Prompts start with the begin token if the tokenizer says so. */
    private void putBegin(ObjectNode root) {
        if (!tokenizer.addsBegin()) {
            root.putNull("post_processor");
            return;
        }
        String begin = vocabulary.piece(tokenizer.beginId());
        ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        special(single, begin);
        sequence(single, "A", 0);
        ArrayNode pair = processor.putArray("pair");
        special(pair, begin);
        sequence(pair, "A", 0);
        sequence(pair, "B", 1);
        ObjectNode named =
                processor.putObject("special_tokens").putObject(begin).put("id", begin);
        named.putArray("ids").add(tokenizer.beginId());
        named.putArray("tokens").add(begin);
    }

    private static void special(ArrayNode steps, String token) {
        steps.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
    }

    private static void sequence(ArrayNode steps, String id, int type) {
        steps.addObject().putObject("Sequence").put("id", id).put("type_id", type);
    }

    private void model(ObjectNode model) {
        boolean ofBytes = tokenizer.rules().decoding() == BpeTokenizer.Decoding.BYTE_LEVEL;
        model.put("type", "BPE").putNull("dropout");
        int unknown = vocabulary.unknownId();
        if (unknown >= 0) {
            model.put("unk_token", vocabulary.piece(unknown));
        } else {
            model.putNull("unk_token");
        }
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", !ofBytes).put("byte_fallback", !ofBytes).put("ignore_merges", tokenizer.ignoresMerges());
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kind(id) == Kind.UNUSED) {
                continue;
            }
            if (vocab.has(vocabulary.piece(id))) {
                throw refuse("has the piece '" + vocabulary.piece(id) + "' twice, as " + vocab.get(vocabulary.piece(id))
                        + " and " + id + ", which tokenizer.json cannot hold");
            }
            vocab.put(vocabulary.piece(id), id);
        }
        ArrayNode merges = model.putArray("merges");
        tokenizer
                .merges()
                .forEach(merge ->
                        merges.addArray().add(vocabulary.piece(merge.left())).add(vocabulary.piece(merge.right())));
    }
}
