package dev.scriptorium.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Rows of a Parquet file; one of its row groups is in memory at a time, as compressed as it stands. */
final class ParquetRows implements RowReader {
    /** Of a row group, when it is unpacked; what other writers make has 128 to 512 MiB. */
    private static final long ROW_GROUP_BYTES_MAX = 2L << 30;

    private final Path path;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private @Nullable RecordReader<Group> records;
    private long leftInRowGroup;
    private long number;

    ParquetRows(Path path) throws IOException {
        this.path = path;
        try {
            this.reader = ParquetFileReader.open(
                    new LocalInputFile(path),
                    ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
        } catch (RuntimeException e) {
            throw broken(e);
        }
        this.schema = reader.getFooter().getFileMetaData().getSchema();
        try {
            requireBounded();
        } catch (TableException e) {
            reader.close();
            throw e;
        }
    }

    MessageType schema() {
        return schema;
    }

    @Override
    public List<String> columns() {
        return schema.getFields().stream().map(Type::getName).toList();
    }

    @Override
    public @Nullable Row next() throws IOException {
        Group group = nextGroup();
        return group == null ? null : row(group);
    }

    /** The row that {@link #nextGroup} returned last. */
    Row row(Group group) {
        return new Row(number, ParquetValues.of(group));
    }

    /** The next row in the types of the file, or null at the end. */
    @Nullable
    Group nextGroup() throws IOException {
        try {
            while (leftInRowGroup == 0) {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return null;
                }
                leftInRowGroup = pages.getRowCount();
                records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
            }
            leftInRowGroup--;
            number++;
            return records == null ? null : records.read();
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    private void requireBounded() throws IOException {
        long fileBytes = java.nio.file.Files.size(path);
        for (BlockMetaData block : reader.getRowGroups()) {
            if (block.getCompressedSize() > fileBytes || block.getTotalByteSize() > ROW_GROUP_BYTES_MAX) {
                throw new TableException(
                        "%s: a row group claims %d bytes, unpacked %d, but the file has %d and a row group at most %d"
                                .formatted(
                                        path,
                                        block.getCompressedSize(),
                                        block.getTotalByteSize(),
                                        fileBytes,
                                        ROW_GROUP_BYTES_MAX));
            }
        }
    }

    private TableException broken(RuntimeException e) {
        String place = number == 0 ? "" : " (after row " + number + ")";
        return new TableException(path + ": cannot be read as Parquet" + place + ": " + e.getMessage(), e);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
