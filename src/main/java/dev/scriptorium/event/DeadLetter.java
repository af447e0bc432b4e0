package dev.scriptorium.event;

import java.time.Instant;

/**
 * A record that belongs to no open request, kept as it came: unreadable without an id, or in conflict with an id
 * already taken.
 *
 * @param reason a full sentence
 * @param topic where it was read
 * @param partition where it was read
 * @param offset where it was read
 * @param receivedAt the record's own time
 * @param value the record's bytes, untouched
 */
public record DeadLetter(String reason, String topic, int partition, long offset, Instant receivedAt, byte[] value) {}
