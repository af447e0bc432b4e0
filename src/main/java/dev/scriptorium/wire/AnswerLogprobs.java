package dev.scriptorium.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Echo;
import dev.scriptorium.event.TokenLogprob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Log probabilities in OpenAI's two shapes: that of a chat, which plain answers have too, and that of completions. */
final class AnswerLogprobs {
    private AnswerLogprobs() {}

    /** {@code {"content": [{"token", "logprob", "bytes", "top_logprobs": […]}, …]}}, or null if nobody asked. */
    static void chat(JsonGenerator out, @Nullable List<TokenLogprob> logprobs) throws IOException {
        if (logprobs == null) {
            out.writeNullField("logprobs");
            return;
        }
        out.writeObjectFieldStart("logprobs");
        out.writeArrayFieldStart("content");
        for (TokenLogprob each : logprobs) {
            out.writeStartObject();
            token(out, each.token(), each.logprob());
            out.writeArrayFieldStart("top_logprobs");
            for (TokenLogprob.Alternative alternative : each.top()) {
                out.writeStartObject();
                token(out, alternative.token(), alternative.logprob());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeNullField("refusal");
        out.writeEndObject();
    }

    private static void token(JsonGenerator out, TokenLogprob.Token token, @Nullable Float logprob) throws IOException {
        out.writeStringField("token", token.text());
        number(out, "logprob", logprob);
        String latin1 = token.latin1();
        if (latin1 == null) {
            out.writeNullField("bytes");
            return;
        }
        out.writeArrayFieldStart("bytes");
        for (int i = 0; i < latin1.length(); i++) {
            out.writeNumber(latin1.charAt(i));
        }
        out.writeEndArray();
    }

    private static void number(JsonGenerator out, String name, @Nullable Float value) throws IOException {
        if (value == null) {
            out.writeNullField(name);
        } else {
            out.writeNumberField(name, value);
        }
    }

    /**
     * {@code {"tokens", "token_logprobs", "top_logprobs", "text_offset"}} as lists side by side, the prompt's tokens
     * first if the text repeats it; null if nobody asked. {@code top_logprobs} has the token itself too, as OpenAI's
     * has.
     */
    static void completions(JsonGenerator out, @Nullable Echo echo, Choice choice) throws IOException {
        List<TokenLogprob> generated = choice.logprobs();
        if (generated == null) {
            out.writeNullField("logprobs");
            return;
        }
        List<TokenLogprob> all = new ArrayList<>();
        List<TokenLogprob> repeated = echo == null ? null : echo.logprobs();
        if (repeated != null) {
            all.addAll(repeated);
        }
        int promptTokens = all.size();
        all.addAll(generated);
        int textStart =
                echo == null ? 0 : echo.text().codePointCount(0, echo.text().length());
        out.writeObjectFieldStart("logprobs");
        out.writeArrayFieldStart("tokens");
        for (TokenLogprob each : all) {
            out.writeString(spelling(each.token()));
        }
        out.writeEndArray();
        out.writeArrayFieldStart("token_logprobs");
        for (TokenLogprob each : all) {
            number(out, each.logprob());
        }
        out.writeEndArray();
        out.writeArrayFieldStart("top_logprobs");
        for (TokenLogprob each : all) {
            top(out, each);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("text_offset");
        for (int i = 0; i < all.size(); i++) {
            out.writeNumber(all.get(i).textOffset() + (i < promptTokens ? 0 : textStart));
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void number(JsonGenerator out, @Nullable Float value) throws IOException {
        if (value == null) {
            out.writeNull();
        } else {
            out.writeNumber(value);
        }
    }

    private static void top(JsonGenerator out, TokenLogprob each) throws IOException {
        Float logprob = each.logprob();
        if (logprob == null) {
            out.writeNull();
            return;
        }
        Set<String> names = new HashSet<>();
        out.writeStartObject();
        for (TokenLogprob.Alternative alternative : each.top()) {
            // Two tokens may look the same; the likelier one stands for both.
            if (names.add(spelling(alternative.token()))) {
                out.writeNumberField(spelling(alternative.token()), alternative.logprob());
            }
        }
        if (names.add(spelling(each.token()))) {
            out.writeNumberField(spelling(each.token()), logprob);
        }
        out.writeEndObject();
    }

    /** As OpenAI spells a token that is a part of a character: {@code bytes:\xe2\x82}. */
    private static String spelling(TokenLogprob.Token token) {
        String latin1 = token.latin1();
        if (latin1 == null || token.text().indexOf('\uFFFD') < 0) {
            return token.text();
        }
        StringBuilder spelled = new StringBuilder("bytes:");
        for (int i = 0; i < latin1.length(); i++) {
            spelled.append("\\x%02x".formatted((int) latin1.charAt(i)));
        }
        return spelled.toString();
    }
}
