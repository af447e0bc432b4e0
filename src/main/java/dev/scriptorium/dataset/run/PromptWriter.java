package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.GateSettings.Judge;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.token.PromptTemplate;
import dev.scriptorium.token.TemplateException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes prompts of a recipe's templates and seed rows: a function of both. */
public final class PromptWriter {
    private final Recipe recipe;
    private final Map<String, PromptTemplate> texts = new HashMap<>();
    private final Map<String, PromptTemplate> systems = new HashMap<>();
    private final @Nullable PromptTemplate judge;

    public PromptWriter(Recipe recipe) {
        this.recipe = recipe;
        for (Template template : recipe.templates()) {
            texts.put(template.name(), new PromptTemplate(template.text()));
            if (!template.system().isEmpty()) {
                systems.put(template.name(), new PromptTemplate(template.system()));
            }
        }
        Judge asked = recipe.gates().judge();
        this.judge = asked == null ? null : new PromptTemplate(asked.template());
    }

    /**
     * What the user says to a chat model, or the text to be continued.
     *
     * @throws TemplateException if the template cannot be rendered with this seed row
     */
    public String text(RowKey key, SeedRow seed) {
        PromptTemplate template =
                Objects.requireNonNull(texts.get(key.template()), () -> "no template '" + key.template() + "'");
        return template.render(variables(key, seed));
    }

    /**
     * What the model is given.
     *
     * @param text as {@link #text} gave it
     * @throws TemplateException likewise
     */
    public Input input(RowKey key, String text, SeedRow seed) {
        PromptTemplate template = systems.get(key.template());
        return input(template == null ? "" : template.render(variables(key, seed)), text);
    }

    /**
     * @param text as {@link #text} gave it
     * @throws TemplateException likewise
     */
    Prompt prompt(long number, RowKey key, int choice, String text, SeedRow seed) {
        RowRequest request = new RowRequest(number, choice, false);
        return prompt(
                request,
                key,
                recipe.model(),
                input(key, text, seed),
                seeded(recipe.sampling(), request, key),
                AnswerSpec.TEXT);
    }

    /** The question to a judge. */
    Prompt question(long number, RowKey key, int choice, SeedRow seed, String prompt, String text) {
        Judge asked = recipe.gates().judge();
        if (asked == null || judge == null) {
            throw new IllegalStateException("recipe '" + recipe.job() + "' has no judge");
        }
        Map<String, Object> variables = new HashMap<>(variables(key, seed));
        variables.put("prompt", prompt);
        variables.put("text", text);
        Sampling greedy = new Sampling(asked.tokensMax(), null, 0.0, null, null, null, null, null, null, null, null);
        return prompt(
                new RowRequest(number, choice, true),
                key,
                asked.model() == null ? recipe.model() : asked.model(),
                input("", judge.render(variables)),
                greedy,
                held(asked.scores()));
    }

    /** An answer that is one of these numbers, and may be any text if there are none. */
    private static AnswerSpec held(List<Integer> scores) {
        if (scores.isEmpty()) {
            return AnswerSpec.TEXT;
        }
        String numbers = scores.stream().map(String::valueOf).collect(Collectors.joining(","));
        return new AnswerSpec(1, null, false, new ResponseFormat.JsonSchema("score", "{\"enum\":[" + numbers + "]}"));
    }

    private Prompt prompt(
            RowRequest request, RowKey key, @Nullable String model, Input input, Sampling sampling, AnswerSpec answer) {
        return new Prompt(
                new RequestId(recipe.job(), request.id(key.id())),
                Dialect.PLAIN,
                recipe.tenant() == null ? Prompt.DEFAULT_TENANT : recipe.tenant(),
                model,
                input,
                sampling,
                answer,
                Priority.BULK,
                null,
                request.metadata(),
                "recipe " + recipe.job() + ", row " + request.row(),
                Delivery.WHOLE);
    }

    private Input input(String system, String text) {
        if (text.isEmpty()) {
            throw new TemplateException("the template gives an empty prompt");
        }
        if (!recipe.chat()) {
            return new Input.Text(text);
        }
        List<Message> messages = new ArrayList<>();
        if (!system.isEmpty()) {
            messages.add(new Message("system", system));
        }
        messages.add(new Message("user", text));
        return new Input.Chat(messages);
    }

    private static Map<String, Object> variables(RowKey key, SeedRow seed) {
        return Map.of("seed", seed.values(), "audience", key.audience(), "style", key.style());
    }

    /** A recipe's seed is that of the whole dataset: with one for all, choices and draws would be equal. */
    private Sampling seeded(Sampling sampling, RowRequest request, RowKey key) {
        Long seed = sampling.seed();
        if (seed == null) {
            return sampling;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed));
            digest.update(request.id(key.id()).getBytes(StandardCharsets.UTF_8));
            long own = ByteBuffer.wrap(digest.digest()).getLong();
            return new Sampling(null, null, null, null, null, null, null, null, null, own, null).orElse(sampling);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
