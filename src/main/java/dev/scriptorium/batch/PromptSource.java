package dev.scriptorium.batch;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The prompts of a file, one after the other. */
public interface PromptSource extends AutoCloseable {
    /** The next prompt as a line of JSON, or null at the end. */
    PromptLines.@Nullable Line next() throws IOException;

    @Override
    void close() throws IOException;
}
