/**
 * Model files, GGUF or a Hugging Face folder, to config, weights and vocabulary; the only code that maps model files.
 *
 * <p>Callers may rely on this: a broken file is refused in one sentence that names file, tensor or field, value and
 * rule; nothing is allocated that the file merely claims.
 *
 * <p>Below it: {@code file} (mapped bytes and JSON), {@code weights} (tensors to matrices), {@code gguf} and
 * {@code huggingface} (the two formats).
 *
 * <p>This room must never know: events, Kafka, workers.
 */
@NullMarked
package dev.scriptorium.checkpoint;

import org.jspecify.annotations.NullMarked;
