package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.checkpoint.weights.RowEncoder;
import dev.scriptorium.checkpoint.weights.RowSource;
import dev.scriptorium.checkpoint.weights.WeightType;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Writes a GGUF file of version 3, one row after the other, so that memory stays small whatever the file's size. The
 * bytes are a function of what was put in. The file appears under its name when it is whole.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
public final class GgufWriter {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int VERSION = 3;
    private static final int ALIGNMENT_BYTES = 32; // the format's default
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final List<Entry> tensors = new ArrayList<>();
    private long entries;

    private record Entry(String name, WeightType type, int[] shape, RowSource rows) {
        int columns() {
            return shape[shape.length - 1];
        }

        long bytes() {
            return (shape.length == 1 ? 1 : shape[0]) * type.rowBytes(columns());
        }
    }

    public void text(String key, String value) {
        begin(key, STRING);
        string(value);
    }

    public void uint32(String key, int value) {
        begin(key, UINT32);
        int32(value);
    }

    public void float32(String key, float value) {
        begin(key, FLOAT32);
        int32(Float.floatToRawIntBits(value));
    }

    public void bool(String key, boolean value) {
        begin(key, BOOL);
        metadata.write(value ? 1 : 0);
    }

    public void texts(String key, List<String> values) {
        beginList(key, STRING, values.size());
        values.forEach(this::string);
    }

    public void floats(String key, float[] values) {
        beginList(key, FLOAT32, values.length);
        for (float value : values) {
            int32(Float.floatToRawIntBits(value));
        }
    }

    public void int32s(String key, int[] values) {
        beginList(key, INT32, values.length);
        for (int value : values) {
            int32(value);
        }
    }

    /**
     * One more tensor.
     *
     * @param shape (columns) or (rows, columns)
     */
    public void tensor(String name, WeightType type, int[] shape, RowSource rows) {
        tensors.add(new Entry(name, type, shape.clone(), rows));
    }

    /** Bytes that the tensors will take. */
    public long tensorBytes() {
        return tensors.stream().mapToLong(entry -> aligned(entry.bytes())).sum();
    }

    /**
     * Writes all that was put in.
     *
     * @param progress told now and then how many bytes of tensors are written; whatever it throws ends the writing, and
     *     then no file is left behind
     * @throws IOException if the file cannot be written; then there is none
     */
    public void write(Path file, LongConsumer progress) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), BUFFER_BYTES)) {
                long headerBytes = header(out);
                out.write(new byte[(int) (aligned(headerBytes) - headerBytes)]);
                long written = 0;
                for (Entry entry : tensors) {
                    written = write(entry, out, written, progress);
                }
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private long header(OutputStream out) throws IOException {
        ByteBuffer counts = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        counts.putInt(MAGIC).putInt(VERSION).putLong(tensors.size()).putLong(entries);
        out.write(counts.array());
        out.write(metadata.toByteArray());
        long bytes = (long) counts.capacity() + metadata.size();
        long offset = 0;
        for (Entry entry : tensors) {
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            ByteBuffer info = ByteBuffer.allocate(8 + name.length + 4 + 8 * entry.shape.length + 4 + 8)
                    .order(ByteOrder.LITTLE_ENDIAN);
            info.putLong(name.length).put(name).putInt(entry.shape.length);
            for (int dimension = entry.shape.length - 1; dimension >= 0; dimension--) {
                info.putLong(entry.shape[dimension]); // the file has the fastest first
            }
            out.write(info.putInt(entry.type.ggmlId()).putLong(offset).array());
            bytes += info.capacity();
            offset += aligned(entry.bytes());
        }
        return bytes;
    }

    private static long write(Entry entry, OutputStream out, long before, LongConsumer progress) throws IOException {
        int rows = entry.shape.length == 1 ? 1 : entry.shape[0];
        float[] line = new float[entry.columns()];
        long written = before;
        for (int row = 0; row < rows; row++) {
            entry.rows.read(row, line);
            byte[] bytes = RowEncoder.encode(entry.type, line);
            out.write(bytes);
            written += bytes.length;
            progress.accept(written);
        }
        int padding = (int) (aligned(entry.bytes()) - entry.bytes());
        out.write(new byte[padding]);
        return written + padding;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    private void begin(String key, int type) {
        entries++;
        string(key);
        int32(type);
    }

    private void beginList(String key, int type, int size) {
        begin(key, ARRAY);
        int32(type);
        int64(size);
    }

    private void string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int64(utf8.length);
        metadata.writeBytes(utf8);
    }

    private void int32(int value) {
        metadata.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private void int64(long value) {
        metadata.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
