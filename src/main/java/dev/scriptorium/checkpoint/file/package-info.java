/**
 * Files of a model as files: mapped bytes, JSON objects, and the digest over what they say.
 *
 * <p>Callers may rely on this: sizes and nesting are bounded before anything is allocated; every refusal names the
 * file.
 *
 * <p>This package must never know: GGUF, safetensors, tokenizers.
 */
@NullMarked
package dev.scriptorium.checkpoint.file;

import org.jspecify.annotations.NullMarked;
