package dev.scriptorium.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.registry.RegistryHttp.UnavailableException;
import dev.scriptorium.wire.confluent.WriterSchema;
import dev.scriptorium.wire.confluent.WriterSchemas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows a registry's schemas by their ids.
 *
 * <p>The idea: {@link #find} looks into memory, and what is not there goes on a list. A thread of its own asks for what
 * is on the list, one id after the other. An id stands for the same schema for ever, so what was found is kept while
 * there is room; that there is none may change, so that is forgotten after half a minute.
 */
public final class SchemaRegistry implements WriterSchemas, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistry.class);
    private static final int SCHEMAS_MAX = 1_000;
    private static final int WANTED_MAX = 1_000;
    private static final int REFERENCES_MAX = 64;
    private static final int PAUSES_MAX = 30;
    private static final long UNKNOWN_NANOS = Duration.ofSeconds(30).toNanos();
    private static final String DEFAULT_TYPE = "AVRO";

    private final RegistrySettings settings;
    private final RegistryHttp http;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Integer, Remembered> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Remembered> eldest) {
            return size() > SCHEMAS_MAX;
        }
    };
    private final LinkedHashSet<Integer> wanted = new LinkedHashSet<>();
    private final Thread thread;
    private volatile String problem = "the registry has not answered yet";
    private final CountDownLatch stopped = new CountDownLatch(1);

    private record Remembered(Lookup found, long atNanos) {
        boolean isStale() {
            return found instanceof Lookup.Unknown && System.nanoTime() - atNanos > UNKNOWN_NANOS;
        }
    }

    private SchemaRegistry(RegistrySettings settings) {
        this.settings = settings;
        this.http = new RegistryHttp(settings);
        this.thread = Thread.ofPlatform().name("schema-registry").daemon().unstarted(this::fetchAll);
    }

    /** Starts without asking for anything; a registry that is down is no reason not to start. */
    public static SchemaRegistry start(RegistrySettings settings) {
        SchemaRegistry registry = new SchemaRegistry(settings);
        registry.thread.start();
        return registry;
    }

    @Override
    public Lookup find(int id) {
        lock.lock();
        try {
            Remembered entry = entries.get(id);
            if (entry != null && !entry.isStale()) {
                return entry.found();
            }
            if (wanted.size() < WANTED_MAX && wanted.add(id)) {
                changed.signalAll();
            }
            return new Lookup.Pending(problem);
        } finally {
            lock.unlock();
        }
    }

    private void fetchAll() {
        int failures = 0;
        while (stopped.getCount() > 0) {
            try {
                int id = next();
                try {
                    put(id, fetch(id));
                    failures = 0;
                } catch (UnavailableException e) {
                    failures++;
                    putBack(id);
                    problem = "the registry at " + settings.url() + " " + e.getMessage();
                    warn(failures);
                    pause(failures);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * Said at the first failure and then at each power of two, so that an hour without the registry is a dozen lines.
     */
    private void warn(int failures) {
        if (Integer.bitCount(failures) == 1) {
            LOG.warn("{}; records that need it wait, everything else goes on (attempt {})", problem, failures);
        }
    }

    /** The one that waits longest; it stays on the list until it is answered. */
    private int next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (wanted.isEmpty()) {
                changed.await();
            }
            return wanted.getFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Behind the others: a registry may stumble over one schema alone. */
    private void putBack(int id) {
        lock.lock();
        try {
            wanted.addLast(id);
        } finally {
            lock.unlock();
        }
    }

    private void put(int id, Lookup found) {
        lock.lock();
        try {
            wanted.remove(id);
            entries.put(id, new Remembered(found, System.nanoTime()));
        } finally {
            lock.unlock();
        }
    }

    private void pause(int failures) throws InterruptedException {
        int pauses = Math.min(PAUSES_MAX, 1 << Math.min(failures - 1, 10));
        // Interrupted by close, which is what ends the thread.
        stopped.await(settings.pause().multipliedBy(pauses).toMillis(), TimeUnit.MILLISECONDS);
    }

    private Lookup fetch(int id) throws UnavailableException, InterruptedException {
        JsonNode schema = http.get("/schemas/ids/" + id);
        if (schema == null) {
            return new Lookup.Unknown("the registry at " + settings.url() + " has no schema with that id");
        }
        List<String> referenced = new ArrayList<>();
        String tooMany = collect(schema, referenced, new HashSet<>());
        return tooMany != null
                ? new Lookup.Unknown(tooMany)
                : WriterSchema.judge(
                        schema.path("schemaType").asText(DEFAULT_TYPE),
                        schema.path("schema").asText(),
                        referenced);
    }

    /** Depth first, so that each stands after those that it refers to; gives what is wrong with them. */
    private @Nullable String collect(JsonNode schema, List<String> referenced, Set<String> seen)
            throws UnavailableException, InterruptedException {
        for (JsonNode reference : schema.path("references")) {
            String subject = reference.path("subject").asText();
            String version = reference.path("version").asText();
            if (!seen.add(subject + "\n" + version)) {
                continue;
            }
            if (seen.size() > REFERENCES_MAX) {
                return "it refers to more than " + REFERENCES_MAX + " others";
            }
            JsonNode other = http.get(
                    "/subjects/" + RegistryHttp.escaped(subject) + "/versions/" + RegistryHttp.escaped(version));
            if (other == null) {
                return "it refers to version %s of subject '%s', which the registry does not have"
                        .formatted(version, subject);
            }
            String problem = collect(other, referenced, seen);
            if (problem != null) {
                return problem;
            }
            referenced.add(other.path("schema").asText());
        }
        return null;
    }

    @Override
    public void close() {
        stopped.countDown();
        thread.interrupt();
        http.close();
    }
}
