package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Records of the control topic as JSON, for those who send them; {@link ControlDecoder} reads them. */
public final class ControlText {
    private ControlText() {}

    /** Cancels all of a job that was sent up to a moment. */
    public static byte[] cancelJob(String job, String reason, Instant at) {
        return event(reason, at).put("job", job).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Cancels one request for good. */
    public static byte[] cancelRequest(RequestId request, String reason, Instant at) {
        ObjectNode event = event(reason, at).put("job", request.job()).put("id", request.id());
        return event.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode event(String reason, Instant at) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("action", "cancel").put("at", at.toString());
        return reason.isEmpty() ? event : event.put("reason", reason);
    }
}
