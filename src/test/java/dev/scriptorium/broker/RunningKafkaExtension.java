package dev.scriptorium.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.testcontainers.kafka.KafkaContainer;

/**
 * Hands out one Kafka to all tests of a run: the embedded one by default, the official image in a container with
 * {@code -Dkafka.provider=container}. The same tests run on both.
 */
public final class RunningKafkaExtension implements ParameterResolver {
    private static final String CONTAINER_IMAGE = "apache/kafka:4.3.1";

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningKafka.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(RunningKafkaExtension.class))
                .computeIfAbsent(RunningKafka.class, ignored -> start(), RunningKafka.class);
    }

    private static RunningKafka start() {
        String provider = System.getProperty("kafka.provider", "embedded");
        return switch (provider) {
            case "embedded" -> embedded();
            case "container" -> container();
            default ->
                throw new IllegalArgumentException(
                        "-Dkafka.provider is '" + provider + "', but must be embedded or container");
        };
    }

    private static RunningKafka embedded() {
        try {
            Path folder = Files.createTempDirectory("scriptorium-kafka");
            EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("data"), 0, Map.of());
            return new RunningKafka(kafka.bootstrapServers(), () -> {
                kafka.close();
                delete(folder);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("resource") // The store closes it through RunningKafka.
    private static RunningKafka container() {
        KafkaContainer container = new KafkaContainer(CONTAINER_IMAGE);
        container.start();
        return new RunningKafka(container.getBootstrapServers(), container::stop);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
