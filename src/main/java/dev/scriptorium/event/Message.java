package dev.scriptorium.event;

import java.util.Set;

/**
 * One turn of a chat.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content the text of the turn; user text never becomes control tokens
 */
public record Message(String role, String content) {
    public static final Set<String> ROLES = Set.of("system", "user", "assistant");

    public Message {
        if (!ROLES.contains(role)) {
            throw new InvalidFieldException("messages.role", role, "must be one of system, user, assistant");
        }
    }
}
