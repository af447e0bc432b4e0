package dev.scriptorium.table;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Values of Parquet's types as plain ones: days and times as ISO 8601, bytes that are no text as base64, lists and maps
 * whichever way their writer nested them (<a
 * href="https://github.com/apache/parquet-format/blob/master/LogicalTypes.md">format</a>).
 */
final class ParquetValues {
    private static final long JULIAN_DAY_OF_1970 = 2_440_588;

    static Map<String, @Nullable Object> of(Group group) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        GroupType type = group.getType();
        for (int field = 0; field < type.getFieldCount(); field++) {
            values.put(type.getFieldName(field), field(group, field));
        }
        return values;
    }

    private static @Nullable Object field(Group group, int field) {
        Type type = group.getType().getType(field);
        int count = group.getFieldRepetitionCount(field);
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            List<@Nullable Object> all = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                all.add(value(group, field, i));
            }
            return all;
        }
        return count == 0 ? null : value(group, field, 0);
    }

    private static @Nullable Object value(Group group, int field, int index) {
        Type type = group.getType().getType(field);
        if (type.isPrimitive()) {
            return primitive(group, field, index, type.asPrimitiveType());
        }
        Group nested = group.getGroup(field, index);
        LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
        if (meaning instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
            return list(nested);
        }
        if (meaning instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation) {
            return map(nested);
        }
        return of(nested);
    }

    /** A list is a group of one repeated field, which is the element or, by newer writers, a group around it. */
    private static List<@Nullable Object> list(Group outer) {
        GroupType type = outer.getType();
        Type repeated = type.getType(0);
        boolean wraps = !repeated.isPrimitive()
                && repeated.asGroupType().getFieldCount() == 1
                && !repeated.getName().equals("array")
                && !repeated.getName().equals(type.getName() + "_tuple");
        int count = outer.getFieldRepetitionCount(0);
        List<@Nullable Object> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(wraps ? field(outer.getGroup(0, i), 0) : value(outer, 0, i));
        }
        return all;
    }

    private static Map<String, @Nullable Object> map(Group outer) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (int i = 0; i < outer.getFieldRepetitionCount(0); i++) {
            Group entry = outer.getGroup(0, i);
            all.put(String.valueOf(field(entry, 0)), entry.getType().getFieldCount() < 2 ? null : field(entry, 1));
        }
        return all;
    }

    private static Object primitive(Group group, int field, int index, PrimitiveType type) {
        LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> group.getBoolean(field, index);
            case FLOAT -> (double) group.getFloat(field, index);
            case DOUBLE -> group.getDouble(field, index);
            case INT32 -> integer(group.getInteger(field, index), meaning);
            case INT64 -> integer(group.getLong(field, index), meaning);
            case INT96 -> int96(group.getInt96(field, index));
            case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(group.getBinary(field, index), meaning);
        };
    }

    private static Object integer(long value, @Nullable LogicalTypeAnnotation meaning) {
        return switch (meaning) {
            case LogicalTypeAnnotation.DateLogicalTypeAnnotation _ ->
                LocalDate.ofEpochDay(value).toString();
            case LogicalTypeAnnotation.TimestampLogicalTypeAnnotation time ->
                Instant.EPOCH
                        .plus(
                                value,
                                switch (time.getUnit()) {
                                    case MILLIS -> ChronoUnit.MILLIS;
                                    case MICROS -> ChronoUnit.MICROS;
                                    case NANOS -> ChronoUnit.NANOS;
                                })
                        .toString();
            case LogicalTypeAnnotation.DecimalLogicalTypeAnnotation decimal ->
                BigDecimal.valueOf(value, decimal.getScale());
            case null, default -> value;
        };
    }

    private static Object bytes(Binary value, @Nullable LogicalTypeAnnotation meaning) {
        if (meaning instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation decimal) {
            return new BigDecimal(new BigInteger(value.getBytes()), decimal.getScale());
        }
        try {
            // Strict, because old writers mark text and bytes alike.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(value.toByteBuffer())
                    .toString();
        } catch (CharacterCodingException e) {
            return Base64.getEncoder().encodeToString(value.getBytes());
        }
    }

    /** A time as old writers have it: nanoseconds of the day, and the day by Julius Caesar's reckoning. */
    private static String int96(Binary value) {
        ByteBuffer bytes = value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long nanos = bytes.getLong();
        long day = bytes.getInt() - JULIAN_DAY_OF_1970;
        return Instant.EPOCH.plus(day, ChronoUnit.DAYS).plusNanos(nanos).toString();
    }

    private ParquetValues() {}
}
