package dev.scriptorium.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its answer. Belongs to the thread that serves it.
 *
 * @param tenant whose key came with it
 * @param path the parts of the path that the route leaves open
 */
record Call(HttpExchange exchange, String tenant, List<String> path) {
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static final String JSON_TYPE = "application/json";

    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** Whether this is about something of its own, or of somebody whom it may see. */
    boolean maySee(String owner) {
        return tenant.equals(owner) || tenant.equals(Keys.OPERATOR);
    }

    @Nullable
    String query(String name) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query == null) {
            return null;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8);
            if (key.equals(name)) {
                return URLDecoder.decode(equals < 0 ? "" : pair.substring(equals + 1), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    /** A whole number in the query, within bounds. */
    int query(String name, int fallback, int least, int most) {
        String text = query(name);
        if (text == null) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of bounds.
        }
        throw HttpProblem.invalid(
                name, "field '%s' is '%s', but it must be from %d to %d".formatted(name, text, least, most));
    }

    /** The body as a JSON object. */
    ObjectNode json(int bytesMax) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(bytesMax + 1);
        }
        if (body.length > bytesMax) {
            throw HttpProblem.tooLarge("the body has more than %,d bytes, which is the most".formatted(bytesMax));
        }
        try {
            JsonNode node = JSON.readTree(body);
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw HttpProblem.invalid(null, "the body is not valid JSON: " + e.getOriginalMessage());
        }
        throw HttpProblem.invalid(null, "the body must be a JSON object");
    }

    void reply(int status, JsonNode body) throws IOException {
        reply(status, JSON_TYPE, JSON.writeValueAsBytes(body), Map.of());
    }

    void reply(int status, String type, byte[] body, Map<String, String> headers) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        headers.forEach(exchange.getResponseHeaders()::set);
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : body.length == 0 ? -1 : body.length);
        if (!isHead && body.length > 0) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    /** Begins an answer whose length nobody knows. */
    OutputStream replyInPieces(String type) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }
}
