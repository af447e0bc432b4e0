/**
 * GGUF files, as llama.cpp reads and writes them: metadata, tensors, and the vocabulary inside.
 *
 * <p>Callers may rely on this: a file is refused in one sentence, and costs no more memory than it has bytes.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
@NullMarked
package dev.scriptorium.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
