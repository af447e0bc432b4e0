package dev.scriptorium.client;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Builds a prompt; what is not said is left to the pipeline and the model. A value outside its rule is refused by
 * {@link #build} with an {@link dev.scriptorium.event.InvalidFieldException} that names it.
 */
public final class PromptBuilder {
    private final List<Message> messages = new ArrayList<>();
    private final Map<String, String> metadata = new HashMap<>();
    private final @Nullable String text;
    private String id = UUID.randomUUID().toString();
    private String job = RequestId.DEFAULT_JOB;
    private String tenant = Prompt.DEFAULT_TENANT;
    private Priority priority = Priority.BULK;
    private Sampling sampling = Sampling.UNSAID;
    private @Nullable String model;
    private @Nullable Instant deadline;

    private PromptBuilder(@Nullable String text) {
        this.text = text;
    }

    /** A text to continue. */
    public static PromptBuilder text(String text) {
        return new PromptBuilder(text);
    }

    /** A chat that begins with this message; {@link #message} adds more. */
    public static PromptBuilder user(String content) {
        return new PromptBuilder(null).message("user", content);
    }

    /** @param role system, user or assistant */
    public PromptBuilder message(String role, String content) {
        messages.add(new Message(role, content));
        return this;
    }

    /**
     * The request's own id; the same id with the same content is answered once, however often it is sent. By default a
     * random one.
     */
    public PromptBuilder id(String value) {
        id = value;
        return this;
    }

    public PromptBuilder job(String value) {
        job = value;
        return this;
    }

    public PromptBuilder tenant(String value) {
        tenant = value;
        return this;
    }

    public PromptBuilder model(String value) {
        model = value;
        return this;
    }

    /** Somebody waits for it: it goes before bulk work. */
    public PromptBuilder interactive() {
        priority = Priority.INTERACTIVE;
        return this;
    }

    /** After which no answer is wanted. */
    public PromptBuilder deadline(Instant value) {
        deadline = value;
        return this;
    }

    public PromptBuilder maxTokens(int value) {
        sampling = said(value, sampling.temperature(), sampling.seed());
        return this;
    }

    /** 0 to 2; 0 always takes the likeliest token. */
    public PromptBuilder temperature(double value) {
        sampling = said(sampling.maxTokens(), value, sampling.seed());
        return this;
    }

    public PromptBuilder seed(long value) {
        sampling = said(sampling.maxTokens(), sampling.temperature(), value);
        return this;
    }

    /** All of the sampling, over what was said of it before. */
    public PromptBuilder sampling(Sampling value) {
        sampling = value;
        return this;
    }

    /** A pair that comes back with the answer untouched. */
    public PromptBuilder metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    public Prompt build() {
        Input input = text != null ? new Input.Text(text) : new Input.Chat(messages);
        return new Prompt(
                new RequestId(job, id),
                Dialect.AVRO,
                tenant,
                model,
                input,
                sampling,
                AnswerSpec.TEXT,
                priority,
                deadline,
                metadata,
                null,
                Delivery.WHOLE);
    }

    private Sampling said(@Nullable Integer maxTokens, @Nullable Double temperature, @Nullable Long seed) {
        return new Sampling(
                maxTokens,
                sampling.maxLength(),
                temperature,
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                sampling.repetitionPenalty(),
                sampling.frequencyPenalty(),
                sampling.presencePenalty(),
                seed,
                sampling.stop());
    }
}
