package dev.scriptorium.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.scriptorium.registry.RegistryHttp.RefusedException;
import dev.scriptorium.registry.RegistryHttp.UnavailableException;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.AnswerSchema;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns the ids of our answers' schemas before the first answer is written, so that no record ever waits for the
 * registry.
 *
 * @param subjects by schema, the name that the registry keeps its versions under
 * @param register whether schemas that are not there are added; otherwise they must be
 * @param patience how long a registry may be away
 */
public record AnswerRegistration(Map<AnswerSchema, String> subjects, boolean register, Duration patience) {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerRegistration.class);

    /** How long a process waits for its registry before it gives up its start. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * The ids, once and for all. Waits for the registry.
     *
     * @throws IllegalStateException if the registry does not tell them, with a sentence that says why
     */
    public AnswerFrame learn(RegistrySettings settings) {
        long end = System.nanoTime() + patience.toNanos();
        try (RegistryHttp http = new RegistryHttp(settings)) {
            Map<AnswerSchema, Integer> ids = new EnumMap<>(AnswerSchema.class);
            for (Map.Entry<AnswerSchema, String> each : subjects.entrySet()) {
                ids.put(each.getKey(), id(settings, http, each.getKey(), each.getValue(), end));
            }
            LOG.info("answers in Avro are written in Confluent's wire format: {} of {}", ids, settings.url());
            return new AnswerFrame(ids);
        }
    }

    private int id(RegistrySettings settings, RegistryHttp http, AnswerSchema schema, String subject, long end) {
        String path = "/subjects/" + RegistryHttp.escaped(subject) + (register ? "/versions" : "");
        JsonNode question = JsonNodeFactory.instance.objectNode().put("schema", schema.text());
        String what = "the id of %s under subject '%s' of the registry at %s"
                .formatted(schema.fullName(), subject, settings.url());
        boolean isFirst = true;
        while (true) {
            try {
                JsonNode id = http.post(path, question).path("id");
                if (!id.isInt()) {
                    throw new IllegalStateException(what + " is not told: its answer has no 'id'");
                }
                return id.intValue();
            } catch (RefusedException e) {
                String advice = register
                        ? ""
                        : "; register it there, or let registry.auto_register be true in the pipeline file";
                throw new IllegalStateException(
                        "%s is not told: it %s%s (registry.answers)".formatted(what, e.getMessage(), advice), e);
            } catch (UnavailableException e) {
                if (System.nanoTime() - end > 0) {
                    throw new IllegalStateException(
                            "%s is not told within %d s: it %s (registry.answers)"
                                    .formatted(what, patience.toSeconds(), e.getMessage()),
                            e);
                }
                if (isFirst) {
                    LOG.warn("{} is not told yet, and is waited for: it {}", what, e.getMessage());
                }
                isFirst = false;
                LockSupport.parkNanos(settings.pause().toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(what + " was waited for when this process was told to end", e);
            }
        }
    }
}
