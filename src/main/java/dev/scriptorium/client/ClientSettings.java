package dev.scriptorium.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pipeline, and on which Kafka.
 *
 * @param kafka properties for Kafka's clients under Kafka's own names, with {@code bootstrap.servers}
 * @param topics the pipeline's public topics
 * @param since answers from this time on are seen, so that a program that starts anew may await what it submitted
 *     before; null for those that are written from now on
 * @param waitingMax requests that may wait for their answers at once
 * @param passedMax answers that nobody waited for when they came, and that are found by whoever awaits them later; the
 *     client knows where the last so many stand
 */
public record ClientSettings(
        Map<String, String> kafka, Topics topics, @Nullable Instant since, int waitingMax, int passedMax) {
    private static final int WAITING_MAX = 100_000;
    private static final int PASSED_MAX = 100_000;

    /** Names of topics. */
    public record Topics(String prompts, String completions, String rejections, String tokens, String deadLetters) {
        /** As a pipeline has them that says nothing else. */
        public static final Topics DEFAULT = withPrefix("");

        /** @param prefix as {@code topics.prefix} of the pipeline */
        public static Topics withPrefix(String prefix) {
            return new Topics(
                    prefix + "prompts",
                    prefix + "completions",
                    prefix + "rejections",
                    prefix + "tokens",
                    prefix + "dead-letters");
        }
    }

    public ClientSettings {
        kafka = Map.copyOf(kafka);
        if (!kafka.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("kafka has no bootstrap.servers, but it must name the brokers");
        }
        if (waitingMax < 1) {
            throw new IllegalArgumentException("waitingMax is " + waitingMax + ", but it must be at least 1");
        }
        if (passedMax < 0) {
            throw new IllegalArgumentException("passedMax is " + passedMax + "; it must be 0 or more");
        }
    }

    /** A pipeline with the usual topics, and answers from now on. */
    public static ClientSettings of(String bootstrapServers) {
        return new ClientSettings(
                Map.of("bootstrap.servers", bootstrapServers), Topics.DEFAULT, null, WAITING_MAX, PASSED_MAX);
    }

    public ClientSettings since(Instant time) {
        return new ClientSettings(kafka, topics, time, waitingMax, passedMax);
    }

    public ClientSettings on(Topics others) {
        return new ClientSettings(kafka, others, since, waitingMax, passedMax);
    }
}
