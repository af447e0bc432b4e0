package dev.scriptorium.table;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects of JSON, one after the other; how long one may be is Jackson's own limit. */
final class JsonRows implements RowReader {
    private static final ObjectReader OBJECTS = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build()
            .readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});

    private final Path path;
    private final JsonParser parser;
    private @Nullable Row first;

    JsonRows(Path path) throws IOException {
        this.path = path;
        this.parser = OBJECTS.getFactory().createParser(new BufferedInputStream(Files.newInputStream(path)));
    }

    @Override
    public List<String> columns() throws IOException {
        if (first == null) {
            first = read();
        }
        return first == null ? List.of() : List.copyOf(first.values().keySet());
    }

    @Override
    public @Nullable Row next() throws IOException {
        Row row = first != null ? first : read();
        first = null;
        return row;
    }

    private @Nullable Row read() throws IOException {
        try {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            }
            long line = parser.currentTokenLocation().getLineNr();
            if (token != JsonToken.START_OBJECT) {
                throw new TableException(path + ":" + line + ": a row is a JSON object, but this is " + token);
            }
            Map<String, @Nullable Object> values = OBJECTS.readValue(parser);
            return new Row(line, values);
        } catch (JsonProcessingException e) {
            long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new TableException(path + ":" + line + ": " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
