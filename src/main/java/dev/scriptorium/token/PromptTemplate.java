package dev.scriptorium.token;

import java.util.Map;

/**
 * A prompt with places for values, in Jinja, in the same sandbox as chat templates: it reads no files, calls no Java,
 * knows no time and no chance, and has limits on steps and sizes. Threads may share it.
 */
public final class PromptTemplate {
    private final ChatTemplate template;

    public PromptTemplate(String text) {
        this.template = new ChatTemplate(text, "template", true);
    }

    /**
     * A function of template and variables.
     *
     * @throws TemplateException with a sentence that says why, if it cannot be rendered or asks for a variable that is
     *     not there
     */
    public String render(Map<String, Object> variables) {
        return template.render(variables);
    }
}
