package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** What the gateway adds to the body of a request before it goes on its way. */
final class Requests {
    private static final String USER = "user";
    private static final String TENANT = "tenant";
    private static final String DEADLINE = "deadline";

    private Requests() {}

    /**
     * The request is on the account of the key that came with it, whatever its body says; OpenAI's {@code user} is
     * somebody else, the end user, and travels as metadata.
     */
    static void account(ObjectNode body, String tenant) {
        JsonNode said = body.get(TENANT);
        if (said != null && !said.isNull() && !tenant.equals(said.asText())) {
            throw HttpProblem.invalid(
                    TENANT, "field 'tenant' is '" + said.asText() + "', but the key is for '" + tenant + "'");
        }
        JsonNode user = body.remove(USER);
        if (user != null && user.isTextual()) {
            JsonNode metadata = body.get("metadata");
            ObjectNode pairs = metadata instanceof ObjectNode object ? object : body.putObject("metadata");
            if (!pairs.has(USER)) {
                pairs.put(USER, user.textValue());
            }
        }
        body.put(TENANT, tenant);
    }

    /** The earlier of the request's own deadline and this one. */
    static void endBy(ObjectNode body, @Nullable Instant latest) {
        if (latest == null) {
            return;
        }
        JsonNode own = body.get(DEADLINE);
        try {
            if (own != null
                    && own.isTextual()
                    && OffsetDateTime.parse(own.textValue()).toInstant().isBefore(latest)) {
                return;
            }
        } catch (DateTimeException e) {
            // The pipeline says what is wrong with it.
            return;
        }
        body.put(DEADLINE, latest.toString());
    }

    static ObjectNode line(String id, String url, ObjectNode body) {
        ObjectNode line = Call.JSON.createObjectNode();
        line.put("custom_id", id).put("method", "POST").put("url", url);
        line.set("body", body);
        return line;
    }
}
