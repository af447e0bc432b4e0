package dev.scriptorium.checkpoint.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.checkpoint.file.MappedFile;
import dev.scriptorium.checkpoint.weights.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The tensors of one safetensors file: 8 bytes of header length, a JSON header, then the data without gaps.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile {
    private static final long HEADER_BYTES_MAX = 100_000_000; // the format's own limit
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Bytes an element of every type that the format knows. */
    private static final Map<String, Integer> ELEMENT_BYTES = Map.ofEntries(
            Map.entry("F64", 8),
            Map.entry("F32", 4),
            Map.entry("F16", 2),
            Map.entry("BF16", 2),
            Map.entry("F8_E4M3", 1),
            Map.entry("F8_E5M2", 1),
            Map.entry("I64", 8),
            Map.entry("I32", 4),
            Map.entry("I16", 2),
            Map.entry("I8", 1),
            Map.entry("U64", 8),
            Map.entry("U32", 4),
            Map.entry("U16", 2),
            Map.entry("U8", 1),
            Map.entry("BOOL", 1));

    private SafetensorsFile() {}

    private record Entry(String name, String dtype, List<Long> shape, long begin, long end) {}

    /** All tensors of the file in the order of their data, those that cannot be weights among them. */
    static List<Tensor> read(MappedFile file) {
        if (file.size() < LENGTH.byteSize()) {
            throw file.refuse("has " + file.size() + " bytes, too few for a safetensors file, which starts with the"
                    + " length of its header in 8 bytes");
        }
        long headerBytes = file.bytes().get(LENGTH, 0);
        long headerMax = Math.min(HEADER_BYTES_MAX, file.size() - LENGTH.byteSize());
        if (headerBytes < 2 || headerBytes > headerMax) {
            throw file.refuse("says that its header has " + Long.toUnsignedString(headerBytes) + " bytes, but at most "
                    + headerMax + " are possible in this file");
        }
        byte[] header = file.bytes().asSlice(LENGTH.byteSize(), headerBytes).toArray(ValueLayout.JAVA_BYTE);
        JsonFile json = JsonFile.parse(file.path() + " (header)", header);
        long dataStart = LENGTH.byteSize() + headerBytes;
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : json.root().properties()) {
            if (!field.getKey().equals("__metadata__")) {
                entries.add(entry(file, field.getKey(), field.getValue()));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        checkNoGaps(file, entries, file.size() - dataStart);
        return entries.stream().map(entry -> tensor(file, entry, dataStart)).toList();
    }

    private static Entry entry(MappedFile file, String name, JsonNode node) {
        JsonNode dtype = node.path("dtype");
        JsonNode shape = node.path("shape");
        JsonNode offsets = node.path("data_offsets");
        if (!dtype.isTextual() || !shape.isArray() || !offsets.isArray() || offsets.size() != 2) {
            throw file.refuse(
                    "tensor '" + name + "' lacks dtype, shape or its two data_offsets, which every tensor has");
        }
        List<Long> sizes = new ArrayList<>();
        shape.forEach(size -> sizes.add(number(file, name, "shape", size)));
        return new Entry(
                name,
                dtype.textValue(),
                List.copyOf(sizes),
                number(file, name, "data_offsets", offsets.get(0)),
                number(file, name, "data_offsets", offsets.get(1)));
    }

    private static long number(MappedFile file, String name, String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw file.refuse("tensor '" + name + "' has " + field + " with " + value
                    + ", which is not a whole number from 0 to 2^63 - 1");
        }
        return value.longValue();
    }

    private static void checkNoGaps(MappedFile file, List<Entry> entries, long dataBytes) {
        long end = 0;
        for (Entry entry : entries) {
            String named = "tensor '" + entry.name + "' ";
            Integer elementBytes = ELEMENT_BYTES.get(entry.dtype);
            if (elementBytes == null) {
                throw file.refuse(named + "has the unknown dtype '" + entry.dtype + "'");
            }
            long bytes = Tensor.byteSize(entry.shape, 1, elementBytes);
            if (entry.end < entry.begin || bytes != entry.end - entry.begin) {
                throw file.refuse(named + "has data_offsets " + entry.begin + " to " + entry.end + ", but shape "
                        + entry.shape + " of " + entry.dtype + " takes "
                        + (bytes < 0 ? "more bytes than a file can have" : bytes + " bytes"));
            }
            if (entry.begin != end) {
                throw file.refuse(named + "starts at byte " + entry.begin + " of the data, but the tensor before it"
                        + " ends at " + end + "; tensors must follow each other without gap or overlap");
            }
            end = entry.end;
            if (end > dataBytes) {
                throw file.refuse(named + "ends at byte " + end + " of the data, but the file has only " + dataBytes
                        + "; it was cut off");
            }
        }
        if (end != dataBytes) {
            throw file.refuse("has " + dataBytes + " bytes of data, but its tensors end at " + end);
        }
    }

    private static Tensor tensor(MappedFile file, Entry entry, long dataStart) {
        return new Tensor(
                file,
                entry.name,
                entry.dtype,
                entry.shape,
                file.bytes().asSlice(dataStart + entry.begin, entry.end - entry.begin));
    }
}
