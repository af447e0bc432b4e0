package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one call: whole, or in pieces as server-sent events. The status is sent with the first piece, so a
 * request that is refused before has its true status also when it asked for a stream.
 *
 * <p>Pieces may come twice after a worker's crash and may stay away, as the tokens topic promises no more; the answer
 * itself is the measure. What was shown is a beginning of each choice's text, and the end adds what is missing.
 */
final class StreamedAnswer {
    private final Call call;
    private final boolean isChat;
    private final String model;
    private final Instant startedAt;
    private final boolean wantsUsage;
    private final Map<Integer, Shown> shown = new HashMap<>();
    private @Nullable OutputStream out;

    /** How much of a choice went out: characters, and the index of the next token. */
    private static final class Shown {
        private int characters;
        private int next;
    }

    /** @param model that was asked for */
    StreamedAnswer(Call call, String url, String model, Instant startedAt, boolean wantsUsage) {
        this.call = call;
        this.model = model;
        this.startedAt = startedAt;
        this.isChat = url.endsWith("/chat/completions");
        this.wantsUsage = wantsUsage;
    }

    /** @param piece as the tokens topic has it */
    void add(JsonNode piece) throws IOException {
        int choice = piece.path("choice").asInt();
        Shown so = shown.computeIfAbsent(choice, ignored -> new Shown());
        int index = piece.path("index").asInt();
        if (index < so.next || index > so.next) {
            // Seen before, or one is missing: the end brings what is missing.
            return;
        }
        so.next = index + piece.path("tokens").asInt();
        String text = piece.path("text").asText();
        if (!text.isEmpty()) {
            so.characters += text.length();
            event(chunk(choice, text, null));
        }
    }

    /** @param line as the completions and rejections topics have it */
    void end(JsonNode line, boolean stream) throws IOException {
        int status = line.path("response").path("status_code").asInt(500);
        JsonNode body = line.path("response").path("body");
        if (!stream || status != 200 && out == null) {
            call.reply(status, body);
            return;
        }
        if (status != 200) {
            event(body);
        } else {
            for (JsonNode choice : body.path("choices")) {
                int index = choice.path("index").asInt();
                String text = isChat
                        ? choice.path("message").path("content").asText()
                        : choice.path("text").asText();
                Shown so = shown.computeIfAbsent(index, ignored -> new Shown());
                if (so.characters < text.length()) {
                    event(chunk(index, text.substring(so.characters), null));
                }
                event(chunk(index, "", choice.path("finish_reason").asText()));
            }
            if (wantsUsage) {
                ObjectNode last = head();
                last.putArray("choices");
                last.set("usage", body.path("usage"));
                event(last);
            }
        }
        try (OutputStream last = begun()) {
            last.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private ObjectNode chunk(int index, String text, @Nullable String finishReason) {
        ObjectNode chunk = head();
        ObjectNode choice = chunk.putArray("choices").addObject();
        choice.put("index", index);
        if (isChat) {
            ObjectNode delta = choice.putObject("delta");
            if (finishReason == null) {
                delta.put("role", "assistant").put("content", text);
            }
        } else {
            choice.put("text", text);
        }
        choice.putNull("logprobs");
        choice.put("finish_reason", finishReason);
        return chunk;
    }

    private ObjectNode head() {
        ObjectNode chunk = Call.JSON.createObjectNode();
        chunk.put("id", String.valueOf(call.exchange().getResponseHeaders().getFirst("x-request-id")));
        chunk.put("object", isChat ? "chat.completion.chunk" : "text_completion");
        chunk.put("created", startedAt.getEpochSecond());
        chunk.put("model", model);
        return chunk;
    }

    private void event(JsonNode event) throws IOException {
        OutputStream stream = begun();
        stream.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
        stream.flush();
    }

    private OutputStream begun() throws IOException {
        OutputStream begun = out;
        if (begun == null) {
            begun = call.replyInPieces("text/event-stream");
            out = begun;
        }
        return begun;
    }
}
