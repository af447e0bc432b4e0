package dev.scriptorium.checkpoint.huggingface;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.checkpoint.weights.RowEncoder;
import dev.scriptorium.checkpoint.weights.RowSource;
import dev.scriptorium.checkpoint.weights.WeightType;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Writes a safetensors file row by row. The bytes are a function of what was put in.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsWriter {
    /** What the format has of the types of weights. */
    public static final Set<WeightType> TYPES = Set.of(WeightType.F32, WeightType.F16, WeightType.BF16);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int HEADER_ALIGNMENT_BYTES = 8;

    private final List<Entry> tensors = new ArrayList<>();

    private record Entry(String name, WeightType type, int[] shape, RowSource rows) {
        int columns() {
            return shape[shape.length - 1];
        }

        int count() {
            return shape.length == 1 ? 1 : shape[0];
        }

        long bytes() {
            return count() * type.rowBytes(columns());
        }
    }

    /**
     * One more tensor.
     *
     * @param type one of {@link #TYPES}
     * @param shape (columns) or (rows, columns)
     */
    public void tensor(String name, WeightType type, int[] shape, RowSource rows) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("safetensors hold no " + type);
        }
        tensors.add(new Entry(name, type, shape.clone(), rows));
    }

    /** Bytes that the tensors will take. */
    public long tensorBytes() {
        return tensors.stream().mapToLong(Entry::bytes).sum();
    }

    /** @param progress told now and then how many bytes of tensors are written; what it throws ends the writing */
    public void write(Path file, LongConsumer progress) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
            byte[] header = header();
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            long written = 0;
            for (Entry entry : tensors) {
                float[] line = new float[entry.columns()];
                for (int row = 0; row < entry.count(); row++) {
                    entry.rows.read(row, line);
                    byte[] bytes = RowEncoder.encode(entry.type, line);
                    out.write(bytes);
                    written += bytes.length;
                    progress.accept(written);
                }
            }
        }
    }

    /** The JSON header, filled up with spaces so that the data is aligned. */
    private byte[] header() {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("__metadata__").put("format", "pt");
        long at = 0;
        for (Entry entry : tensors) {
            ObjectNode node = root.putObject(entry.name).put("dtype", entry.type.name());
            ArrayNode shape = node.putArray("shape");
            Arrays.stream(entry.shape).forEach(shape::add);
            node.putArray("data_offsets").add(at).add(at + entry.bytes());
            at += entry.bytes();
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(json.length, HEADER_ALIGNMENT_BYTES) * HEADER_ALIGNMENT_BYTES;
        byte[] header = Arrays.copyOf(json, padded);
        Arrays.fill(header, json.length, padded, (byte) ' ');
        return header;
    }
}
