package dev.scriptorium.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** A Parquet file, packed with Zstandard; in memory is one row group. */
final class ParquetRowWriter implements RowWriter {
    /** Rows collected in memory before they are written, in bytes. */
    private static final long ROW_GROUP_BYTES = 32L << 20;

    private final MessageType schema;
    private final List<Column> columns;
    private final ParquetWriter<Group> writer;

    ParquetRowWriter(Path path, List<Column> columns) throws IOException {
        this.schema = new MessageType("row", fields(columns));
        this.columns = List.copyOf(columns);
        this.writer = open(path, schema);
    }

    static void widen(Path input, Path output, List<Column> added, Table.Beside beside) throws IOException {
        try (ParquetRows rows = new ParquetRows(input)) {
            Table.requireNew(input, rows.columns(), added);
            List<Type> fields = new ArrayList<>(rows.schema().getFields());
            fields.addAll(fields(added));
            MessageType schema = new MessageType(rows.schema().getName(), fields);
            int own = rows.schema().getFieldCount();
            try (ParquetWriter<Group> writer = open(output, schema)) {
                for (Group group = rows.nextGroup(); group != null; group = rows.nextGroup()) {
                    Group wider = new SimpleGroup(schema);
                    for (int field = 0; field < own; field++) {
                        copy(group, field, wider);
                    }
                    set(wider, own, added, beside.values(rows.row(group)));
                    writer.write(wider);
                }
            }
        }
    }

    @Override
    public void write(List<? extends @Nullable Object> values) throws IOException {
        Group row = new SimpleGroup(schema);
        set(row, 0, columns, values);
        writer.write(row);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static void copy(Group from, int field, Group to) {
        for (int i = 0; i < from.getFieldRepetitionCount(field); i++) {
            Type type = from.getType().getType(field);
            if (!type.isPrimitive()) {
                to.add(field, from.getGroup(field, i));
                continue;
            }
            switch (type.asPrimitiveType().getPrimitiveTypeName()) {
                case BOOLEAN -> to.add(field, from.getBoolean(field, i));
                case FLOAT -> to.add(field, from.getFloat(field, i));
                case DOUBLE -> to.add(field, from.getDouble(field, i));
                case INT32 -> to.add(field, from.getInteger(field, i));
                case INT64 -> to.add(field, from.getLong(field, i));
                case INT96 -> to.add(field, from.getInt96(field, i));
                case BINARY, FIXED_LEN_BYTE_ARRAY -> to.add(field, from.getBinary(field, i));
            }
        }
    }

    private static void set(Group row, int first, List<Column> columns, List<? extends @Nullable Object> values) {
        for (int i = 0; i < columns.size(); i++) {
            Object value = values.get(i);
            if (value == null) {
                continue;
            }
            switch (columns.get(i).type()) {
                case TEXT, JSON -> row.add(first + i, JsonRowWriter.text(value));
                case INTEGER -> row.add(first + i, ((Number) value).longValue());
                case NUMBER -> row.add(first + i, ((Number) value).doubleValue());
                case BOOLEAN -> row.add(first + i, (boolean) (Boolean) value);
            }
        }
    }

    private static List<Type> fields(List<Column> columns) {
        List<Type> fields = new ArrayList<>();
        for (Column column : columns) {
            fields.add(
                    switch (column.type()) {
                        // JSON is marked as text too, because few readers know Parquet's own mark for it.
                        case TEXT, JSON ->
                            Types.optional(PrimitiveType.PrimitiveTypeName.BINARY)
                                    .as(LogicalTypeAnnotation.stringType())
                                    .named(column.name());
                        case INTEGER ->
                            Types.optional(PrimitiveType.PrimitiveTypeName.INT64)
                                    .named(column.name());
                        case NUMBER ->
                            Types.optional(PrimitiveType.PrimitiveTypeName.DOUBLE)
                                    .named(column.name());
                        case BOOLEAN ->
                            Types.optional(PrimitiveType.PrimitiveTypeName.BOOLEAN)
                                    .named(column.name());
                    });
        }
        return fields;
    }

    private static ParquetWriter<Group> open(Path path, MessageType schema) throws IOException {
        return new Builder(new LocalOutputFile(path), schema)
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .build();
    }

    private static final class Builder extends ParquetWriter.Builder<Group, Builder> {
        private final MessageType schema;

        Builder(OutputFile file, MessageType schema) {
            super(file);
            this.schema = schema;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // Still abstract above; what is called is the other.
        protected WriteSupport<Group> getWriteSupport(Configuration unused) {
            return new Groups(schema);
        }

        @Override
        protected WriteSupport<Group> getWriteSupport(ParquetConfiguration unused) {
            return new Groups(schema);
        }
    }

    private static final class Groups extends WriteSupport<Group> {
        private final MessageType schema;
        private @Nullable GroupWriter writer;

        Groups(MessageType schema) {
            this.schema = schema;
        }

        @Override
        public String getName() {
            return "scriptorium";
        }

        @Override
        @SuppressWarnings("deprecation") // Still abstract above; what is called is the other.
        public WriteContext init(Configuration unused) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration unused) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer to) {
            writer = new GroupWriter(to, schema);
        }

        @Override
        public void write(Group row) {
            if (writer == null) {
                throw new IllegalStateException("the writer is not open");
            }
            writer.write(row);
        }
    }
}
