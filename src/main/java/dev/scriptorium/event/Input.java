package dev.scriptorium.event;

import java.util.List;

/** What the model is asked to continue. */
public sealed interface Input {
    /**
     * Text continued as it stands, after the tokenizer's own beginning-of-sequence token.
     *
     * @param specialTokens whether the spelling of a control token in it, such as {@code </s>}, counts as that token
     */
    record Text(String text, boolean specialTokens) implements Input {
        public Text {
            if (text.isEmpty()) {
                throw new InvalidFieldException("prompt", text, "must not be empty");
            }
        }

        /** Text in which nothing counts as a control token. */
        public Text(String text) {
            this(text, false);
        }
    }

    /** A chat, rendered by the model's own template; 1 to 1024 messages. */
    record Chat(List<Message> messages) implements Input {
        public static final int MESSAGES_MAX = 1024;

        public Chat {
            messages = List.copyOf(messages);
            if (messages.isEmpty() || messages.size() > MESSAGES_MAX) {
                throw new InvalidFieldException(
                        "messages", messages.size() + " messages", "must have 1 to 1024 of them");
            }
        }
    }
}
