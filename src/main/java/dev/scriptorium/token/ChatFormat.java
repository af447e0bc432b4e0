package dev.scriptorium.token;

import java.util.List;

/** How a model wants a chat written down. */
public interface ChatFormat {
    /**
     * The chat as ids, ready for the model: one begin token exactly where the template writes any or the tokenizer adds
     * one to prompts, none elsewhere; control tokens only where the template has them; and the opening of the
     * assistant's turn at the end.
     *
     * @throws TemplateException if the template refuses the turns
     */
    int[] encode(List<Turn> turns);
}
