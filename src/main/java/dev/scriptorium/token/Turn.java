package dev.scriptorium.token;

/**
 * One turn of a chat, as templates see it.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content untrusted text
 */
public record Turn(String role, String content) {}
