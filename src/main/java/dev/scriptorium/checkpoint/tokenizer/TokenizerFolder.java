package dev.scriptorium.checkpoint.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.JinjaChatFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the tokenizer files of a Hugging Face folder say: tokenizer.json, or tokenizer.model where there is none, with
 * tokenizer_config.json and chat_template.jinja beside it.
 */
public final class TokenizerFolder {
    private static final String JSON = "tokenizer.json";
    private static final String SENTENCEPIECE = "tokenizer.model";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String ADDED = "added_tokens.json";
    private static final String TEMPLATE = "chat_template.jinja";

    private final Path folder;
    private final @Nullable JsonFile config;
    private final @Nullable String chatTemplate;
    private final BpeTokenizer tokenizer;
    private final String fileName;
    private final byte[] fileBytes;
    private final List<AddedToken> added;

    private TokenizerFolder(Path folder, @Nullable JsonFile model) {
        this.folder = folder;
        this.config = jsonOrNull(folder.resolve(CONFIG));
        this.chatTemplate = readChatTemplate();
        Integer size = model == null ? null : model.positiveInt("vocab_size");
        BeginRule begin = new BeginRule(
                tokenText("bos_token"),
                model == null ? null : model.intOrNull("bos_token_id"),
                config == null ? null : config.booleanOrNull("add_bos_token"),
                chatTemplate);
        boolean isJson = Files.isRegularFile(folder.resolve(JSON));
        this.fileName = isJson ? JSON : SENTENCEPIECE;
        Path file = folder.resolve(fileName);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    folder + ": has neither " + JSON + " nor " + SENTENCEPIECE + ", one of which is the tokenizer");
        }
        this.fileBytes = JsonFile.bytes(file);
        this.added = isJson ? List.of() : addedBeside(begin);
        this.tokenizer = isJson
                ? TokenizerJson.read(JsonFile.parse(file.toString(), fileBytes), size, begin)
                : SentencePieceFile.read(file.toString(), fileBytes, size, begin, added);
    }

    /** Whether a folder has a tokenizer of its own. */
    public static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(JSON)) || Files.exists(folder.resolve(SENTENCEPIECE));
    }

    /** The tokenizer of a tokenizer.json or tokenizer.model, whatever lies beside it. */
    public static BpeTokenizer readFile(Path file, BeginRule begin) {
        return file.toString().endsWith(".json")
                ? TokenizerJson.read(JsonFile.read(file), null, begin)
                : SentencePieceFile.read(file.toString(), JsonFile.bytes(file), null, begin, List.of());
    }

    /** @param model the config.json beside, or null where only the tokenizer is asked for */
    public static TokenizerFolder read(Path folder, @Nullable JsonFile model) {
        return new TokenizerFolder(folder, model);
    }

    public BpeTokenizer tokenizer() {
        return tokenizer;
    }

    /** The folder's chat template, or null if it has none. */
    public @Nullable ChatFormat chat() {
        return chatTemplate == null
                ? null
                : new JinjaChatFormat(tokenizer, chatTemplate, Objects.requireNonNullElse(endToken(), ""));
    }

    /** The chat template's own text, or null. */
    public @Nullable String chatTemplate() {
        return chatTemplate;
    }

    /** The spelling of the end token, or null. */
    public @Nullable String endToken() {
        return tokenText("eos_token");
    }

    /** Adds all that decides ids and text. */
    public void addTo(ContentDigest digest) {
        digest.add(fileName, fileBytes);
        if (!added.isEmpty()) {
            digest.add("added tokens", added.toString());
        }
        digest.add("begin", tokenizer.beginId() + " " + tokenizer.addsBegin());
        digest.add("chat template", Objects.requireNonNullElse(chatTemplate, ""));
    }

    private static @Nullable JsonFile jsonOrNull(Path file) {
        return Files.exists(file) ? JsonFile.read(file) : null;
    }

    /** A special token of tokenizer_config.json: its spelling, alone or in the field {@code content}. */
    private @Nullable String tokenText(String field) {
        if (config == null) {
            return null;
        }
        JsonNode token = config.root().path(field);
        JsonNode spelling = token.isObject() ? token.path("content") : token;
        return spelling.isTextual() ? spelling.textValue() : null;
    }

    /** From chat_template.jinja, or from tokenizer_config.json: one template, or a list with one named default. */
    private @Nullable String readChatTemplate() {
        Path file = folder.resolve(TEMPLATE);
        if (Files.exists(file)) {
            return new String(JsonFile.bytes(file), StandardCharsets.UTF_8);
        }
        if (config == null) {
            return null;
        }
        JsonNode template = config.root().path("chat_template");
        for (JsonNode named : template.isArray() ? template : List.<JsonNode>of()) {
            if (named.path("name").asText().equals("default")) {
                return named.path("template").asText();
            }
        }
        return template.isTextual() ? template.textValue() : null;
    }

    /** What tokenizer_config.json and the older added_tokens.json add to a SentencePiece vocabulary. */
    private List<AddedToken> addedBeside(BeginRule begin) {
        List<AddedToken> tokens = new ArrayList<>();
        if (config != null) {
            for (Map.Entry<String, JsonNode> entry :
                    config.root().path("added_tokens_decoder").properties()) {
                JsonNode id = TextNode.valueOf(entry.getKey());
                tokens.add(AddedTokenJson.read(config, entry.getValue(), id, begin));
            }
        }
        JsonFile older = tokens.isEmpty() ? jsonOrNull(folder.resolve(ADDED)) : null;
        if (older != null) {
            for (Map.Entry<String, JsonNode> entry : older.root().properties()) {
                String spelling = entry.getKey();
                if (spelling.isEmpty() || spelling.length() > AddedToken.SPELLING_CHARACTERS_MAX) {
                    throw older.refuse("the added token '" + spelling + "' must have 1 to "
                            + AddedToken.SPELLING_CHARACTERS_MAX + " characters");
                }
                // This file has no marks; what Transformers adds to a Llama is padding and the tags of chats.
                tokens.add(new AddedToken(spelling, entry.getValue().asInt(-1), true, false, false));
            }
        }
        return tokens;
    }
}
