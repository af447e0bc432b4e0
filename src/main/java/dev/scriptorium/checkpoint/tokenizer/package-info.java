/**
 * Tokenizer files, tokenizer.json or SentencePiece's tokenizer.model, and what lies beside them, to tokenizers.
 *
 * <p>Callers may rely on this: a step that is not known is refused by name, because almost the right ids are wrong ids;
 * only files of the folder itself are opened.
 *
 * <p>This room must never know: weights.
 */
@NullMarked
package dev.scriptorium.checkpoint.tokenizer;

import org.jspecify.annotations.NullMarked;
