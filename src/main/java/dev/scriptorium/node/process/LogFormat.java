package dev.scriptorium.node.process;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import net.logstash.logback.composite.AbstractJsonProvider;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashCommonFieldNames;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** How the log is written, to standard error. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /**
     * One JSON object a line, under logstash's names: {@code @timestamp}, {@code level}, {@code logger_name},
     * {@code thread_name}, {@code message}, {@code stack_trace}, and what the line is about under its own names; of a
     * request {@code job} and {@code id}.
     */
    JSON;

    private static final String REQUEST = "request";

    /** Writes all that is logged from now on so. */
    public void use() {
        if (this == TEXT) {
            return;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        appenders(context).forEachRemaining(appender -> {
            if (appender instanceof OutputStreamAppender<ILoggingEvent> written) {
                written.stop();
                written.setEncoder(jsonEncoder(context));
                written.start();
            }
        });
    }

    /** How it is written now. */
    static LogFormat current() {
        Iterator<Appender<ILoggingEvent>> appenders = appenders((LoggerContext) LoggerFactory.getILoggerFactory());
        while (appenders.hasNext()) {
            if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> written
                    && written.getEncoder() instanceof LogstashEncoder) {
                return JSON;
            }
        }
        return TEXT;
    }

    static LogstashEncoder jsonEncoder(LoggerContext context) {
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.getFieldNames().setVersion(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        encoder.getFieldNames().setLevelValue(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        encoder.addProvider(new WhoseRequest());
        encoder.start();
        return encoder;
    }

    private static Iterator<Appender<ILoggingEvent>> appenders(LoggerContext context) {
        return context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
    }

    /** Job and id of the request that a line is about, each in a field of its own. */
    private static final class WhoseRequest extends AbstractJsonProvider<ILoggingEvent> {
        @Override
        public void writeTo(JsonGenerator generator, ILoggingEvent event) throws IOException {
            List<KeyValuePair> pairs = event.getKeyValuePairs();
            if (pairs == null) {
                return;
            }
            for (KeyValuePair pair : pairs) {
                String key = String.valueOf(pair.value);
                int slash = key.indexOf('/');
                if (REQUEST.equals(pair.key) && slash > 0) {
                    generator.writeStringField("job", key.substring(0, slash));
                    generator.writeStringField("id", key.substring(slash + 1));
                }
            }
        }
    }
}
