package dev.scriptorium.batch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a file as bytes, one at a time; holds no more of a line than somebody would take. */
public final class PromptLines implements PromptSource {
    private static final int READ_BYTES = 1 << 16;

    private final InputStream in;
    private final int lineBytesMax;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long number;

    /** @param lineBytesMax bytes kept of a line, plus one as the sign that there were more */
    PromptLines(Path file, int lineBytesMax) throws IOException {
        this.in = new BufferedInputStream(Files.newInputStream(file), READ_BYTES);
        this.lineBytesMax = lineBytesMax;
    }

    /**
     * @param number from 1, as editors count
     * @param value the line without its end; of a line that is too long, its first lineBytesMax + 1 bytes
     * @param bytes of the whole line, without its end
     * @param ended whether a line end followed; false for the last line of a file that was cut off
     */
    public record Line(long number, byte[] value, long bytes, boolean ended) {
        public boolean isBlank() {
            for (byte b : value) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public @Nullable Line next() throws IOException {
        int b = in.read();
        if (b < 0) {
            return null;
        }
        kept.reset();
        long bytes = 0;
        while (b >= 0 && b != '\n') {
            if (bytes <= lineBytesMax) {
                kept.write(b);
            }
            bytes++;
            b = in.read();
        }
        number++;
        return new Line(number, kept.toByteArray(), bytes, b == '\n');
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
