package dev.scriptorium.dataset;

import dev.scriptorium.event.Sampling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dataset is made of, beside its seed rows: each of them times each template, audience and style, {@code draws}
 * times.
 *
 * @param job under which all its requests run; one job has one recipe
 * @param tenant on whose account; null for the default one
 * @param model by name in the pipeline; null leaves the choice to the pipeline
 * @param chat whether templates are what a user says to a chat model, or texts to be continued
 * @param templates at least one
 * @param audiences empty for none
 * @param styles empty for none
 * @param draws texts for each combination
 * @param redraws how often a row whose text fails a gate is drawn again
 * @param sampling as far as the recipe says
 * @param gates what a text must be
 */
public record Recipe(
        String job,
        @Nullable String tenant,
        @Nullable String model,
        boolean chat,
        List<Template> templates,
        List<String> audiences,
        List<String> styles,
        int draws,
        int redraws,
        Sampling sampling,
        GateSettings gates) {
    public Recipe {
        templates = List.copyOf(templates);
        audiences = List.copyOf(audiences);
        styles = List.copyOf(styles);
    }

    /** The same under another name. */
    public Recipe withJob(String name) {
        return new Recipe(name, tenant, model, chat, templates, audiences, styles, draws, redraws, sampling, gates);
    }

    /** How many rows so many seeds make. */
    public long rows(long seeds) {
        return seeds * templates.size() * Math.max(1, audiences.size()) * Math.max(1, styles.size()) * draws;
    }

    /**
     * Which row has this number. Rows of one seed stand together, so that seeds are needed one after the other, and
     * within a seed those of one template do.
     */
    public RowKey key(long number) {
        long rest = number;
        int draw = (int) (rest % draws);
        rest /= draws;
        String style = styles.isEmpty() ? "" : styles.get((int) (rest % styles.size()));
        rest /= Math.max(1, styles.size());
        String audience = audiences.isEmpty() ? "" : audiences.get((int) (rest % audiences.size()));
        rest /= Math.max(1, audiences.size());
        Template template = templates.get((int) (rest % templates.size()));
        return new RowKey(rest / templates.size(), template.name(), audience, style, draw);
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public Template template(String name) {
        return templates.stream()
                .filter(template -> template.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no template '" + name + "' in recipe '" + job + "'"));
    }
}
