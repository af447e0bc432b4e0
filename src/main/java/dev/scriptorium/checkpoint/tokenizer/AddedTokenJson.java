package dev.scriptorium.checkpoint.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.AddedTokens;
import dev.scriptorium.token.AddedTokens.AddedToken;

/** One added token as tokenizer.json and tokenizer_config.json write it. */
final class AddedTokenJson {
    private AddedTokenJson() {}

    /** @param id a whole number, or a text of one */
    static AddedToken read(JsonFile file, JsonNode token, JsonNode id, BeginRule begin) {
        String spelling = token.path("content").asText("");
        if (spelling.isEmpty()) {
            throw file.refuse("has an added token without content: " + token);
        }
        if (spelling.length() > AddedToken.SPELLING_CHARACTERS_MAX) {
            throw file.refuse("the added token '" + spelling + "' has " + spelling.length()
                    + " characters, but at most " + AddedToken.SPELLING_CHARACTERS_MAX + " are allowed");
        }
        if (token.path("single_word").asBoolean(false)) {
            throw file.refuse("the added token '" + spelling + "' is marked single_word, which is not supported");
        }
        return new AddedToken(
                spelling,
                id.asInt(-1),
                token.path("special").asBoolean(false) || AddedTokens.isTagOf(begin.chatTemplate(), spelling),
                token.path("lstrip").asBoolean(false),
                token.path("rstrip").asBoolean(false));
    }
}
