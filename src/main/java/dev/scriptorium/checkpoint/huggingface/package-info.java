/**
 * Folders as Transformers saves them: config.json, safetensors, tokenizer files.
 *
 * <p>Callers may rely on this: only files of the folder itself are opened, whatever an index names.
 */
@NullMarked
package dev.scriptorium.checkpoint.huggingface;

import org.jspecify.annotations.NullMarked;
