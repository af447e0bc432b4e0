package dev.scriptorium.chaos;

import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineReader;
import dev.scriptorium.topology.TopicSetup;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;

/** Brokers, routers and workers, each a process of its own, behind lines that can be cut and on disks that can fill. */
final class SystemUnderTest implements AutoCloseable {
    /** Consumer groups of the routers and of the workers. */
    static final String ROUTER = "chaos";

    static final String GROUP = ROUTER + ".m";
    private static final int BROKER_DISK_MIB = 1024;
    private static final int ROUTER_DISK_MIB = 256;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<Runnable> closing = new ArrayList<>();
    final List<Part> brokers = new ArrayList<>();
    final List<Part> routers = new ArrayList<>();
    final List<Part> workers = new ArrayList<>();
    final List<SmallDisk> brokerDisks = new ArrayList<>();
    final List<SmallDisk> routerDisks = new ArrayList<>();
    final List<CuttingProxy> lines = new ArrayList<>();
    private final String bootstrapServers;

    /**
     * How large.
     *
     * @param model path of the workers' model
     * @param javaOptions of the workers
     */
    record Shape(int brokers, int routers, int workers, String model, String javaOptions) {}

    private SystemUnderTest(Path folder, Shape shape) throws IOException, InterruptedException {
        Path logs = Files.createDirectories(folder.resolve("logs"));
        List<Integer> ports = freePorts(2 * shape.brokers());
        String voters = String.join(
                ",",
                IntStream.range(0, shape.brokers())
                        .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(shape.brokers() + i))
                        .toList());
        for (int i = 0; i < shape.brokers(); i++) {
            SmallDisk disk = keep(new SmallDisk(folder.resolve("broker-disk-" + i), BROKER_DISK_MIB));
            CuttingProxy line = keep(new CuttingProxy(ports.get(i)));
            brokerDisks.add(disk);
            lines.add(line);
            List<String> arguments = new ArrayList<>(List.of("broker", "--port", ports.get(i) + ""));
            arguments.addAll(List.of("--state", disk.folder().toString()));
            arguments.addAll(List.of("--property", "advertised.listeners=PLAINTEXT://127.0.0.1:" + line.port()));
            if (shape.brokers() > 1) {
                arguments.addAll(List.of("--node", (i + 1) + "", "--voters", voters));
            }
            brokers.add(part("broker-" + i, logs, "-Xmx400m -XX:TieredStopAtLevel=1", arguments));
        }
        this.bootstrapServers = String.join(
                ",", lines.stream().map(line -> "127.0.0.1:" + line.port()).toList());
        Path pipeline = Files.writeString(folder.resolve("pipeline.yaml"), yaml(shape.model(), bootstrapServers));
        for (int i = 0; i < shape.routers(); i++) {
            SmallDisk disk = keep(new SmallDisk(folder.resolve("router-disk-" + i), ROUTER_DISK_MIB));
            routerDisks.add(disk);
            List<String> arguments = List.of(
                    "router",
                    "--pipeline",
                    pipeline.toString(),
                    "--state",
                    disk.folder().toString());
            routers.add(part("router-" + i, logs, "-Xmx400m -XX:TieredStopAtLevel=1", arguments));
        }
        for (int i = 0; i < shape.workers(); i++) {
            List<String> arguments = List.of("worker", "--pipeline", pipeline.toString(), "--threads", "1");
            workers.add(part("worker-" + i, logs, shape.javaOptions(), arguments));
        }
    }

    /** All up and ready for prompts. */
    static SystemUnderTest start(Path folder, Shape shape) throws Exception {
        SystemUnderTest system = new SystemUnderTest(folder, shape);
        try {
            for (Part broker : system.brokers) {
                broker.start();
            }
            system.createTopics(shape.model());
            for (Part part : system.others()) {
                part.start();
            }
            return system;
        } catch (Exception | Error e) {
            system.close();
            throw e;
        }
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    List<Part> all() {
        List<Part> all = new ArrayList<>(brokers);
        all.addAll(others());
        return all;
    }

    private List<Part> others() {
        List<Part> others = new ArrayList<>(routers);
        others.addAll(workers);
        return others;
    }

    /** Every supervisor's round. */
    void tend() throws IOException {
        for (Part part : all()) {
            part.tend(Instant.now());
        }
    }

    @Override
    public void close() {
        for (Part part : all().reversed()) {
            part.close();
        }
        closing.reversed().forEach(Runnable::run);
    }

    private void createTopics(String model) throws IOException, InterruptedException {
        Pipeline pipeline = pipeline(yaml(model, bootstrapServers));
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
                admin.describeCluster().nodes().get(5, TimeUnit.SECONDS);
                new TopicSetup(admin).createMissing(pipeline.allTopics());
                return;
            } catch (ExecutionException | TimeoutException | IllegalStateException e) {
                if (Instant.now().isAfter(end) || brokers.stream().noneMatch(Part::isUp)) {
                    throw new IllegalStateException(
                            "no broker came up; the first said: "
                                    + brokers.getFirst().said(),
                            e);
                }
            }
        }
    }

    private static Pipeline pipeline(String yaml) {
        return ((PipelineReader.Result.Valid) PipelineReader.read(yaml, "pipeline.yaml", Map.of())).pipeline();
    }

    private static String yaml(String model, String bootstrapServers) {
        return """
            name: %s
            models:
              m: {path: "%s"}
            lanes:
              interactive: {class: interactive, partitions: 6}
              bulk: {partitions: 6}
            routes:
              - {name: somebody-waits, when: {priority: interactive}, to: interactive}
              - {name: everything-else, to: bulk}
            topics:
              prompts: {partitions: 4}
              outcomes: {partitions: 4}
              completions: {partitions: 4}
              rejections: {partitions: 2}
            kafka:
              bootstrap.servers: "%s"
            """.formatted(ROUTER, model, bootstrapServers);
    }

    private SmallDisk keep(SmallDisk disk) {
        closing.add(disk::close);
        return disk;
    }

    private CuttingProxy keep(CuttingProxy line) {
        closing.add(line::close);
        return line;
    }

    private static Part part(String name, Path logs, String javaOptions, List<String> arguments) {
        return new Part(name, logs, Map.of("SCRIPTORIUM_JAVA_OPTIONS", javaOptions), arguments.toArray(String[]::new));
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
