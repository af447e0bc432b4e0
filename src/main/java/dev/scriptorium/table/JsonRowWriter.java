package dev.scriptorium.table;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One object a line, every column in every line. */
final class JsonRowWriter implements RowWriter {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(com.fasterxml.jackson.databind.SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
            .build();

    private final Path path;
    private final List<Column> columns;
    private final JsonGenerator out;

    JsonRowWriter(Path path, List<Column> columns) throws IOException {
        this.path = path;
        this.columns = List.copyOf(columns);
        this.out = JSON.getFactory().createGenerator(new BufferedOutputStream(Files.newOutputStream(path)));
        out.setRootValueSeparator(null);
    }

    static void widen(Path input, Path output, List<Column> added, Table.Beside beside) throws IOException {
        try (JsonRows rows = new JsonRows(input);
                JsonRowWriter writer = new JsonRowWriter(output, added)) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
                Table.requireNew(input, List.copyOf(row.values().keySet()), added);
                writer.write(row.values(), beside.values(row));
            }
        }
    }

    @Override
    public void write(List<? extends @Nullable Object> values) throws IOException {
        write(Map.of(), values);
    }

    private void write(Map<String, @Nullable Object> own, List<? extends @Nullable Object> values) throws IOException {
        Map<String, @Nullable Object> line = new LinkedHashMap<>(own);
        for (int i = 0; i < columns.size(); i++) {
            Object value = values.get(i);
            boolean isJson = columns.get(i).type() == Column.Type.JSON;
            line.put(columns.get(i).name(), isJson && value != null ? parsed(value.toString()) : value);
        }
        JSON.writeValue(out, line);
        out.writeRaw('\n');
    }

    private JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new TableException(path + ": a value of JSON cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** A value that is a list or a map as one line of JSON, for formats that have neither. */
    static String text(Object value) {
        try {
            return value instanceof List<?> || value instanceof Map<?, ?>
                    ? JSON.writeValueAsString(value)
                    : value.toString();
        } catch (JsonProcessingException e) {
            throw new TableException("a value cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    static List<String> texts(List<? extends @Nullable Object> values) {
        List<String> texts = new ArrayList<>(values.size());
        for (Object value : values) {
            texts.add(value == null ? "" : text(value));
        }
        return texts;
    }
}
