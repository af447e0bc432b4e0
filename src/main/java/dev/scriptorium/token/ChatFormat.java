package dev.scriptorium.token;

import java.util.List;

/** How a model wants a chat written down. */
public interface ChatFormat {
    /**
     * The chat as ids, ready for the model: exactly one begin token, control tokens only where the template has them,
     * and the opening of the assistant's turn at the end.
     *
     * @throws TemplateException if the template refuses the turns
     */
    int[] encode(List<Turn> turns);
}
