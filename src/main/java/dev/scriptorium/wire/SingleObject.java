package dev.scriptorium.wire;

import dev.scriptorium.wire.avro.AssignmentEvent;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.ControlEvent;
import dev.scriptorium.wire.avro.IntakeEvent;
import dev.scriptorium.wire.avro.JobTallyRecord;
import dev.scriptorium.wire.avro.OutcomeEvent;
import dev.scriptorium.wire.avro.PromptEvent;
import dev.scriptorium.wire.avro.RejectionEvent;
import dev.scriptorium.wire.avro.RequestStateRecord;
import dev.scriptorium.wire.avro.TokenChunkEvent;
import dev.scriptorium.wire.avro.WorkerStatusRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.SchemaStore;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Avro's single-object encoding: {@code c3 01}, the writer schema's CRC-64 fingerprint as 8 little-endian bytes, the
 * body. The fingerprint names the schema that wrote the bytes, which is looked up among all that were ever released and
 * resolved against today's; so old events stay readable without a registry.
 *
 * <p>The header is read here and not by Avro's own message decoder, because that one decodes from a stream, where a
 * length that the bytes merely claim cannot be checked before it is allocated, and because it is silent about bytes
 * after the body.
 */
final class SingleObject {
    private static final int HEADER_BYTES = 10;
    private static final int MARKER_BYTES = 2;

    private final SchemaStore schemas;
    private final Map<Source, DatumReader<?>> readers = new ConcurrentHashMap<>();
    /** A new one computes its schema's fingerprint, which takes longer than writing an event. */
    private final Map<Class<?>, BinaryMessageEncoder<SpecificRecordBase>> encoders = new ConcurrentHashMap<>();

    private record Source(long fingerprint, Class<?> type) {}

    SingleObject(SchemaStore schemas) {
        this.schemas = schemas;
    }

    /**
     * One that reads every schema of this program and of its past.
     *
     * @throws IllegalStateException if this Java was started without the flag that lets Avro create our classes:
     *     without this check every record would look damaged
     */
    static SingleObject ofAllReleased() {
        SingleObject avro = new SingleObject(allReleased());
        avro.decode(avro.encode(new JobTallyRecord("", 0L, 0L, 0L, 0L, 0L, Instant.EPOCH)), JobTallyRecord.class);
        return avro;
    }

    static SchemaStore.Cache allReleased() {
        SchemaStore.Cache store = new SchemaStore.Cache();
        SchemaHistory.RELEASED.forEach(store::addSchema);
        SchemaHistory.CURRENT.values().forEach(store::addSchema);
        return store;
    }

    static boolean isMarked(byte[] bytes) {
        return bytes.length >= MARKER_BYTES && bytes[0] == (byte) 0xc3 && bytes[1] == 0x01;
    }

    /** The bytes of a record whose class Avro generated; equal records give equal bytes if their maps are sorted. */
    byte[] encode(SpecificRecordBase record) {
        try {
            ByteBuffer buffer = encoders.computeIfAbsent(
                            record.getClass(),
                            type -> new BinaryMessageEncoder<>(record.getSpecificData(), record.getSchema()))
                    .encode(record);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Avro could not write " + record.getSchema().getFullName(), e);
        }
    }

    /** Full name of the schema that wrote these bytes. */
    String writer(byte[] bytes) {
        return writerSchema(bytes).getFullName();
    }

    /** @throws UndecodableException with a sentence for people, whatever is wrong with the bytes */
    <T extends SpecificRecordBase> T decode(byte[] bytes, Class<T> type) {
        Schema writer = writerSchema(bytes);
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null);
        try {
            T record = type.cast(reader(fingerprint(bytes), writer, type).read(null, decoder));
            if (decoder.isEnd()) {
                return record;
            }
        } catch (SecurityException e) {
            throw new IllegalStateException(
                    "Avro may not create the classes of %s: start Java with -Dorg.apache.avro.SERIALIZABLE_PACKAGES=%s"
                            .formatted(type.getPackageName(), type.getPackageName()),
                    e);
        } catch (IOException | RuntimeException e) {
            // Avro documents no list of what damaged bytes may throw; every exception here comes from the bytes.
            throw new UndecodableException(
                    "the Avro bytes do not hold a whole %s: %s".formatted(writer.getFullName(), reason(e)), e);
        }
        throw new UndecodableException("the Avro bytes go on after the end of " + writer.getFullName());
    }

    private Schema writerSchema(byte[] bytes) {
        if (!isMarked(bytes) || bytes.length < HEADER_BYTES) {
            throw new UndecodableException(
                    "the bytes are not in Avro's single-object encoding: c3 01, 8 bytes of fingerprint, body");
        }
        Schema writer = schemas.findByFingerprint(fingerprint(bytes));
        if (writer == null) {
            throw new UndecodableException(
                    "the Avro schema with fingerprint %016x is not known to this version; known are all in schemas/"
                            .formatted(fingerprint(bytes)));
        }
        return writer;
    }

    private static long fingerprint(byte[] bytes) {
        return ByteBuffer.wrap(bytes, MARKER_BYTES, Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    private DatumReader<?> reader(long fingerprint, Schema writer, Class<?> type) {
        return readers.computeIfAbsent(new Source(fingerprint, type), source -> {
            SpecificData data = SpecificData.getForClass(type);
            return new SpecificDatumReader<>(writer, data.getSchema(type), data);
        });
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? "they end too early" : message.strip();
    }

    /**
     * Every schema that was ever released, as {@code schemas/history/<name>.v<number>.avsc} on the class path. Numbers
     * start at 1 and have no gaps, so that a jar needs no list of its folder: the first number that is missing is the
     * end.
     */
    static final class SchemaHistory {
        /** The file names under {@code schemas/} and the schema that this program writes today. */
        static final Map<String, Schema> CURRENT = current();

        /** Read once: parsing takes longer than everything else here. */
        static final List<Schema> RELEASED = CURRENT.keySet().stream()
                .flatMap(name -> released(name).stream())
                .toList();

        private SchemaHistory() {}

        /** All released versions of one schema, oldest first. */
        static List<Schema> released(String name) {
            List<Schema> versions = new ArrayList<>();
            for (Schema next = read(name, 1); next != null; next = read(name, versions.size() + 1)) {
                versions.add(next);
            }
            return versions;
        }

        private static @Nullable Schema read(String name, int version) {
            String resource = "/schemas/history/" + name + ".v" + version + ".avsc";
            try (InputStream in = SchemaHistory.class.getResourceAsStream(resource)) {
                return in == null ? null : new Schema.Parser().parse(in);
            } catch (IOException e) {
                throw new UncheckedIOException(resource + " cannot be read", e);
            }
        }

        private static Map<String, Schema> current() {
            Map<String, Schema> schemas = new LinkedHashMap<>();
            schemas.put("prompt", PromptEvent.getClassSchema());
            schemas.put("completion", CompletionEvent.getClassSchema());
            schemas.put("rejection", RejectionEvent.getClassSchema());
            schemas.put("assignment", AssignmentEvent.getClassSchema());
            schemas.put("outcome", OutcomeEvent.getClassSchema());
            schemas.put("intake", IntakeEvent.getClassSchema());
            schemas.put("request-state", RequestStateRecord.getClassSchema());
            schemas.put("control", ControlEvent.getClassSchema());
            schemas.put("token-chunk", TokenChunkEvent.getClassSchema());
            schemas.put("job-tally", JobTallyRecord.getClassSchema());
            schemas.put("worker-status", WorkerStatusRecord.getClassSchema());
            return Map.copyOf(schemas);
        }
    }
}
