package dev.scriptorium.checkpoint.gguf;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.MappedFile;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.WeightType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Metadata and tensors of a GGUF file, versions 2 and 3, little-endian.
 *
 * @param headerBytes all before the tensors' data: metadata and the list of tensors
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
public record GgufFile(MappedFile file, Map<String, Object> metadata, List<Tensor> tensors, long headerBytes) {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int ARRAY_ELEMENTS_MAX = 1 << 22; // the largest vocabularies have 2^18 pieces
    private static final int NAME_BYTES_MAX = 1024; // the format allows tensors 64
    private static final int DIMENSIONS_MAX = 4;
    private static final int ALIGNMENT_BYTES_DEFAULT = 32;
    private static final int ALIGNMENT_BYTES_MAX = 1 << 20;
    private static final int ENTRY_BYTES_MIN = 8 + 4 + 1; // empty key, type, one byte
    private static final int TENSOR_BYTES_MIN = 8 + 4 + 4 + 8; // empty name, no dimensions, type, offset
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** Bytes a value by its type number; strings and arrays carry their own length. */
    private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 8, 8 + 4, 8, 8, 8};

    /** What ggml calls types of weights that are not read. */
    private static final Map<Integer, String> OTHER_TYPES = Map.ofEntries(
            Map.entry(9, "Q8_1"),
            Map.entry(10, "Q2_K"),
            Map.entry(11, "Q3_K"),
            Map.entry(15, "Q8_K"),
            Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"),
            Map.entry(19, "IQ1_S"),
            Map.entry(20, "IQ4_NL"),
            Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"),
            Map.entry(23, "IQ4_XS"),
            Map.entry(29, "IQ1_M"),
            Map.entry(34, "TQ1_0"),
            Map.entry(35, "TQ2_0"),
            Map.entry(39, "MXFP4"));

    static GgufFile read(MappedFile file) {
        Cursor cursor = new Cursor(file);
        if (file.size() < 8 || cursor.int32("magic") != MAGIC) {
            throw file.refuse("is not a GGUF file: it does not start with 'GGUF'");
        }
        int version = cursor.int32("version");
        if (version != 2 && version != 3) {
            String order = Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3
                    ? ", which is a big-endian file"
                    : "";
            throw file.refuse("is GGUF version " + Integer.toUnsignedString(version) + order
                    + "; versions 2 and 3 in little-endian order are read");
        }
        long tensorCount = cursor.count("number of tensors", TENSOR_BYTES_MIN);
        long entryCount = cursor.count("number of metadata entries", ENTRY_BYTES_MIN);
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (long entry = 0; entry < entryCount; entry++) {
            String key = cursor.name("key of metadata entry " + entry);
            if (metadata.put(key, cursor.value(key, cursor.int32(key), true)) != null) {
                throw file.refuse("has the metadata key '" + key + "' twice");
            }
        }
        List<TensorInfo> infos = new ArrayList<>();
        for (long tensor = 0; tensor < tensorCount; tensor++) {
            infos.add(cursor.tensorInfo("tensor " + tensor));
        }
        long headerBytes = cursor.position;
        return new GgufFile(file, metadata, tensors(file, infos, headerBytes, alignment(file, metadata)), headerBytes);
    }

    private static long alignment(MappedFile file, Map<String, Object> metadata) {
        Object value = metadata.getOrDefault("general.alignment", (long) ALIGNMENT_BYTES_DEFAULT);
        if (!(value instanceof Long bytes) || bytes < 1 || bytes > ALIGNMENT_BYTES_MAX || Long.bitCount(bytes) != 1) {
            throw file.refuse(
                    "general.alignment is " + value + ", but must be a power of two from 1 to " + ALIGNMENT_BYTES_MAX);
        }
        return bytes;
    }

    private record TensorInfo(String name, WeightType type, List<Long> shape, long offset) {}

    private static List<Tensor> tensors(MappedFile file, List<TensorInfo> infos, long headerBytes, long alignment) {
        long dataStart = (headerBytes + alignment - 1) / alignment * alignment;
        long dataBytes = Math.max(0, file.size() - dataStart);
        List<Tensor> tensors = new ArrayList<>();
        List<TensorInfo> byOffset = new ArrayList<>(infos);
        byOffset.sort(Comparator.comparingLong(TensorInfo::offset));
        long end = 0;
        for (TensorInfo info : byOffset) {
            String named = "tensor '" + info.name + "' ";
            long bytes = Tensor.byteSize(info.shape, info.type.blockColumns(), info.type.blockBytes());
            if (bytes < 0 || info.shape.getLast() % info.type.blockColumns() != 0) {
                throw file.refuse(
                        named + "has shape " + info.shape + ", but " + info.type + " has rows of a multiple of "
                                + info.type.blockColumns() + " columns, and no file has more than 2^63 - 1 bytes");
            }
            if (info.offset < 0 || info.offset % alignment != 0) {
                throw file.refuse(named + "has offset " + Long.toUnsignedString(info.offset)
                        + ", which is not a multiple of general.alignment " + alignment);
            }
            if (info.offset > dataBytes || bytes > dataBytes - info.offset) {
                throw file.refuse(named + "takes " + bytes + " bytes from offset " + info.offset
                        + " of the data, but the file has only " + dataBytes + " bytes of data; it was cut off");
            }
            if (info.offset < end) {
                throw file.refuse(named + "starts at offset " + info.offset + ", inside the tensor before it, which"
                        + " ends at " + end);
            }
            end = info.offset + bytes;
            MemorySegment at = file.bytes().asSlice(dataStart + info.offset, bytes);
            tensors.add(new Tensor(file, info.name, info.type.name(), info.shape, at));
        }
        return tensors;
    }

    CheckpointException refuse(String why) {
        return file.refuse(why);
    }

    private <T> @Nullable T get(String key, Class<T> type, String what) {
        Object value = metadata.get(key);
        if (value != null && !type.isInstance(value)) {
            throw refuse(key + " is " + (value instanceof List<?> list ? "a list of " + list.size() : value)
                    + ", which is not " + what);
        }
        return type.cast(value);
    }

    @Nullable
    String textOrNull(String key) {
        return get(key, String.class, "text");
    }

    @Nullable
    Boolean booleanOrNull(String key) {
        return get(key, Boolean.class, "a truth value");
    }

    @Nullable
    Double numberOrNull(String key) {
        Double value = get(key, Double.class, "a floating-point number");
        if (value != null && !Double.isFinite(value)) {
            throw refuse(key + " is " + value + ", which is not a finite number");
        }
        return value;
    }

    @Nullable
    Integer intOrNull(String key) {
        Long value = get(key, Long.class, "a whole number");
        if (value != null && value != value.intValue()) {
            throw refuse(key + " is " + value + ", which does not fit 32 bits");
        }
        return value == null ? null : value.intValue();
    }

    int positiveInt(String key) {
        Integer value = positiveIntOrNull(key);
        if (value == null) {
            throw refuse("lacks " + key + ", a whole number of 1 or more");
        }
        return value;
    }

    @Nullable
    Integer positiveIntOrNull(String key) {
        Integer value = intOrNull(key);
        if (value != null && value < 1) {
            throw refuse(key + " is " + value + ", but must be 1 or more");
        }
        return value;
    }

    /** A list of values of one type, or null if the key is absent. */
    <T> @Nullable List<T> listOrNull(String key, Class<T> type) {
        List<?> values = get(key, List.class, "a list");
        if (values == null) {
            return null;
        }
        List<T> typed = new ArrayList<>(values.size());
        for (Object value : values) {
            if (!type.isInstance(value)) {
                throw refuse(key + " has the element " + value + ", which is not a " + type.getSimpleName());
            }
            typed.add(type.cast(value));
        }
        return typed;
    }

    /** Reads one value after the other and never beyond the end of the file. */
    private static final class Cursor {
        private static final ValueLayout.OfShort INT16 =
                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfInt INT32 =
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfLong INT64 =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final MappedFile file;
        private final MemorySegment bytes;
        private long position;

        Cursor(MappedFile file) {
            this.file = file;
            this.bytes = file.bytes();
        }

        /** The position before a value of so many bytes, which is then behind. */
        private long take(long count, String what) {
            if (count < 0 || count > bytes.byteSize() - position) {
                throw file.refuse(what + " takes " + Long.toUnsignedString(count) + " bytes from byte " + position
                        + ", but the file has only " + bytes.byteSize() + " bytes; it was cut off");
            }
            long start = position;
            position += count;
            return start;
        }

        int int32(String what) {
            return bytes.get(INT32, take(Integer.BYTES, what));
        }

        long int64(String what) {
            return bytes.get(INT64, take(Long.BYTES, what));
        }

        /** A number of things to come, each of at least so many bytes. */
        long count(String what, int bytesEachMin) {
            long count = int64(what);
            long most = (bytes.byteSize() - position) / bytesEachMin;
            if (count < 0 || count > most) {
                throw file.refuse(what + " is " + Long.toUnsignedString(count)
                        + ", but the rest of the file has room for " + most + " at most");
            }
            return count;
        }

        String name(String what) {
            long start = position;
            long length = int64(what);
            if (length < 1 || length > NAME_BYTES_MAX) {
                throw file.refuse(what + " has " + Long.toUnsignedString(length) + " bytes, but 1 to " + NAME_BYTES_MAX
                        + " are allowed");
            }
            position = start;
            return string(what);
        }

        String string(String what) {
            long length = count(what + " (length)", 1);
            long start = take(length, what);
            return new String(bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }

        Object value(String key, int type, boolean arraysAllowed) {
            if (type < 0 || type >= VALUE_BYTES.length) {
                throw file.refuse(key + " has the unknown value type " + Integer.toUnsignedString(type)
                        + "; GGUF has types 0 to " + (VALUE_BYTES.length - 1));
            }
            if (type == STRING) {
                return string(key);
            }
            if (type == ARRAY) {
                if (!arraysAllowed) {
                    throw file.refuse(key + " is a list of lists, which no model needs");
                }
                return list(key);
            }
            long at = take(VALUE_BYTES[type], key);
            return switch (type) {
                case 0 -> (long) Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
                case 1 -> (long) bytes.get(ValueLayout.JAVA_BYTE, at);
                case 2 -> (long) Short.toUnsignedInt(bytes.get(INT16, at));
                case 3 -> (long) bytes.get(INT16, at);
                case 4 -> Integer.toUnsignedLong(bytes.get(INT32, at));
                case 5 -> (long) bytes.get(INT32, at);
                case 6 -> (double) Float.intBitsToFloat(bytes.get(INT32, at));
                case 7 -> bytes.get(ValueLayout.JAVA_BYTE, at) != 0;
                case 12 -> Double.longBitsToDouble(bytes.get(INT64, at));
                default -> bytes.get(INT64, at);
            };
        }

        private List<Object> list(String key) {
            int type = int32(key);
            if (type < 0 || type >= VALUE_BYTES.length) {
                throw file.refuse(key + " is a list of the unknown value type " + Integer.toUnsignedString(type));
            }
            long count = count(key + " (length)", VALUE_BYTES[type]);
            if (count > ARRAY_ELEMENTS_MAX) {
                throw file.refuse(key + " has " + count + " elements, but at most " + ARRAY_ELEMENTS_MAX + " are read");
            }
            List<Object> values = new ArrayList<>();
            for (long element = 0; element < count; element++) {
                values.add(value(key, type, false));
            }
            return Collections.unmodifiableList(values);
        }

        TensorInfo tensorInfo(String what) {
            String name = name("name of " + what);
            String named = "tensor '" + name + "'";
            int dimensions = int32(named);
            if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
                throw file.refuse(named + " has " + Integer.toUnsignedString(dimensions) + " dimensions, but 1 to "
                        + DIMENSIONS_MAX + " are allowed");
            }
            List<Long> shape = new ArrayList<>();
            for (int dimension = 0; dimension < dimensions; dimension++) {
                long size = int64(named);
                if (size < 1) {
                    throw file.refuse(named + " has a dimension of " + Long.toUnsignedString(size)
                            + ", but 1 to 2^63 - 1 are allowed");
                }
                shape.addFirst(size); // the file has the fastest first
            }
            int number = int32(named);
            WeightType type = WeightType.ofGgml(number);
            if (type == null) {
                String typeName = OTHER_TYPES.getOrDefault(number, "number " + Integer.toUnsignedString(number));
                throw file.refuse(named + " is of type " + typeName + "; weights are read in " + WeightType.NAMES);
            }
            return new TensorInfo(name, type, List.copyOf(shape), int64(named));
        }
    }
}
