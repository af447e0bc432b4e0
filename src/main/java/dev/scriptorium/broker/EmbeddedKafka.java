package dev.scriptorium.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import kafka.server.BrokerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoters;

/**
 * Apache Kafka as one node, broker and controller in one, inside this process. It is the same server that stands in a
 * cluster: any client can talk to it, and its folder can be opened by a Kafka of the same version. Several of them,
 * each in a process of its own, can be a cluster.
 *
 * <p>It listens on the loopback address only. Its folder belongs to one process at a time, which a lock file makes sure
 * of; the lock falls with the process, even when that is killed.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String CLIENT_LISTENER = "PLAINTEXT";
    private static final String CONTROLLER_LISTENER = "CONTROLLER";
    private static final String FORMATTED = "meta.properties";

    private final KafkaRaftServer server;
    private final FileChannel lockFile;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, FileChannel lockFile, int port) {
        this.server = server;
        this.lockFile = lockFile;
        this.port = port;
    }

    /**
     * Starts the broker and returns once it takes connections; 3 to 4 seconds.
     *
     * @param folder where its data lies; made and formatted when it is not there yet
     * @param port to listen on, 0 for any free one
     * @param overrides broker settings under Kafka's own names, laid over the single-node defaults
     * @throws IllegalStateException if another process has the folder, or the port is taken
     */
    public static EmbeddedKafka start(Path folder, int port, Map<String, String> overrides) {
        return start(Quorum.ALONE, folder, port, overrides);
    }

    /**
     * The same as a member of a quorum. It returns once this member takes connections, for which most of the members
     * must be up.
     */
    public static EmbeddedKafka start(Quorum quorum, Path folder, int port, Map<String, String> overrides) {
        FileChannel lockFile = lock(folder);
        try {
            Map<String, String> settings = settings(folder, port);
            settings.putAll(quorum.settings());
            if (!quorum.isAlone()) {
                settings.put("listeners", listeners(port, quorum.controllerAddress()));
            }
            settings.putAll(overrides);
            boolean isNew = format(quorum, folder, settings);
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
            try {
                server.startup();
                EmbeddedKafka kafka = new EmbeddedKafka(server, lockFile, boundPort(server));
                if (!isNew && quorum.isAlone()) {
                    new LostMarkers(kafka.bootstrapServers()).write();
                }
                return kafka;
            } catch (RuntimeException e) {
                server.shutdown();
                throw e;
            }
        } catch (RuntimeException e) {
            release(lockFile);
            throw new IllegalStateException(
                    "the embedded Kafka did not start on " + HOST + ":" + port + " with its data in " + folder + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** {@code host:port} for any client's bootstrap.servers. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** Stops the broker cleanly; half a second. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        release(lockFile);
    }

    private static Map<String, String> settings(Path folder, int port) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("listeners", listeners(port, HOST + ":0"));
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put(
                "listener.security.protocol.map", CLIENT_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        settings.put("controller.quorum.bootstrap.servers", HOST + ":0");
        settings.put("log.dirs", folder.toAbsolutePath().toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "8");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "8");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // A killed process comes back at once and must not wait three quarters of a minute for its own ghost.
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("group.consumer.min.session.timeout.ms", "1000");
        settings.put("group.consumer.session.timeout.ms", "6000");
        settings.put("group.consumer.min.heartbeat.interval.ms", "500");
        settings.put("group.consumer.heartbeat.interval.ms", "1000");
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.retention.ms", "-1");
        settings.put("offsets.retention.minutes", "525600");
        settings.put("message.max.bytes", "2097152");
        settings.put("log.cleaner.dedupe.buffer.size", "2097152");
        settings.put("log.segment.bytes", "67108864");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        return settings;
    }

    private static String listeners(int port, String controllerAddress) {
        return CLIENT_LISTENER + "://" + HOST + ":" + port + "," + CONTROLLER_LISTENER + "://" + controllerAddress;
    }

    /** Returns whether there was nothing in the folder before. */
    private static boolean format(Quorum quorum, Path folder, Map<String, String> settings) {
        if (Files.exists(folder.resolve(FORMATTED))) {
            return false;
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            Formatter formatter = new Formatter()
                    .setPrintStream(out)
                    .setNodeId(Integer.parseInt(settings.getOrDefault("node.id", "1")))
                    .setClusterId(quorum.clusterId())
                    .addDirectory(folder.toAbsolutePath().toString())
                    .setMetadataLogDirectory(folder.toAbsolutePath().toString())
                    .setIgnoreFormatted(true)
                    .setControllerListenerName(CONTROLLER_LISTENER);
            if (quorum.isAlone()) {
                formatter
                        .setInitialControllers(DynamicVoters.parse("1@" + HOST + ":0:" + Uuid.randomUuid()))
                        .setHasDynamicQuorum(true);
            }
            formatter.run();
            return true;
        } catch (Exception e) {
            throw new IllegalStateException(
                    "its folder could not be formatted: " + e.getMessage() + " "
                            + said.toString(StandardCharsets.UTF_8),
                    e);
        }
    }

    /** Kafka keeps the broker in a private field, and only the broker knows which port it got. */
    private static int boundPort(KafkaRaftServer server) {
        try {
            for (var field : KafkaRaftServer.class.getDeclaredFields()) {
                if (field.getName().equals("broker")) {
                    field.setAccessible(true);
                    scala.Option<?> broker = (scala.Option<?>) field.get(server);
                    return ((BrokerServer) broker.get()).boundPort(ListenerName.normalised(CLIENT_LISTENER));
                }
            }
            throw new IllegalStateException("this Kafka keeps its broker elsewhere");
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FileChannel lock(Path folder) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolveSibling(folder.getFileName() + ".lock");
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null;
            }
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("the folder " + folder
                        + " is in use by another process; wait for it, stop it, or choose another with --state");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void release(FileChannel lockFile) {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
