/**
 * Text to token ids and back, and the chat templates that come with models.
 *
 * <p>Callers may rely on this: user text never becomes control tokens unless asked for; time grows with length times
 * its logarithm; a streaming decoder never hands out half a character. Tokenizers are immutable and safe to share.
 *
 * <p>This room must never know: Kafka, models, files.
 */
@NullMarked
package dev.scriptorium.token;

import org.jspecify.annotations.NullMarked;
