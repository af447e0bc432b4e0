package dev.scriptorium.node.service;

import dev.scriptorium.pipeline.Integrations;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.Topics;
import dev.scriptorium.registry.AnswerRegistration;
import dev.scriptorium.registry.RegistrySettings;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.AnswerSchema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pipeline file says of a registry, as the room that asks it wants it. */
final class Registries {
    private Registries() {}

    /** Null if there is none. */
    static @Nullable RegistrySettings settings(Pipeline pipeline) {
        Integrations.Registry named = pipeline.integrations().registry();
        return named == null ? null : new RegistrySettings(named.url(), named.user(), named.password());
    }

    /**
     * How answers in Avro are framed; asks the registry if it must.
     *
     * @throws IllegalStateException if the registry does not tell the ids, with a sentence that says why
     */
    static AnswerFrame frame(Pipeline pipeline) {
        Integrations.Registry named = pipeline.integrations().registry();
        RegistrySettings settings = settings(pipeline);
        if (named == null || settings == null) {
            return AnswerFrame.NONE;
        }
        return switch (named.answers()) {
            case SINGLE_OBJECT -> AnswerFrame.NONE;
            case CONFLUENT ->
                new AnswerRegistration(subjects(pipeline.topics()), named.autoRegister(), AnswerRegistration.PATIENCE)
                        .learn(settings);
        };
    }

    /** Confluent's TopicNameStrategy, which serializers have by default. */
    private static Map<AnswerSchema, String> subjects(Topics topics) {
        return Map.of(
                AnswerSchema.COMPLETION, topics.completions().name() + "-value",
                AnswerSchema.REJECTION, topics.rejections().name() + "-value",
                AnswerSchema.PIECE, topics.tokens().name() + "-value");
    }
}
