package dev.scriptorium.node.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

class LogFormatTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    private JsonNode written(String message, @Nullable Throwable cause, KeyValuePair... pairs) throws IOException {
        LoggingEvent event = new LoggingEvent(
                "test", context.getLogger("dev.scriptorium.worker.StepLoop"), Level.ERROR, message, cause, null);
        event.setKeyValuePairs(List.of(pairs));
        byte[] line = LogFormat.jsonEncoder(context).encode(event);
        assertThat(new String(line, StandardCharsets.UTF_8)).endsWith("\n").doesNotContain("}\n{");
        return new ObjectMapper().readTree(line);
    }

    @Test
    void aLineIsAnObjectThatNamesJobAndId() throws IOException {
        // When
        JsonNode line = written(
                "A request failed", null, new KeyValuePair("worker", "w1"), new KeyValuePair("request", "stories/a/1"));

        // Then
        assertThat(line.path("level").asText()).isEqualTo("ERROR");
        assertThat(line.path("logger_name").asText()).isEqualTo("dev.scriptorium.worker.StepLoop");
        assertThat(line.path("message").asText()).isEqualTo("A request failed");
        assertThat(line.path("worker").asText()).isEqualTo("w1");
        assertThat(line.path("job").asText()).isEqualTo("stories");
        assertThat(line.path("id").asText()).isEqualTo("a/1");
        assertThat(line.has("@timestamp")).isTrue();
    }

    @Test
    void aFailureWithItsStackStaysOneLine() throws IOException {
        // When
        JsonNode line = written("first\nsecond", new IllegalStateException("no\nroom"));

        // Then
        assertThat(line.path("message").asText()).isEqualTo("first\nsecond");
        assertThat(line.path("stack_trace").asText()).contains("IllegalStateException", "LogFormatTest");
        assertThat(line.has("job")).isFalse();
    }
}
