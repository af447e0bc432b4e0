package dev.scriptorium;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.jspecify.annotations.Nullable;

/** Events as a version of the past wrote them: what half of the processes write during a rolling upgrade. */
public final class OldBytes {
    private OldBytes() {}

    /**
     * @param event bytes of today's schema
     * @param name of the schema, as its file is called
     * @param version to write it in, from 1
     */
    public static byte[] of(byte[] event, String name, int version) {
        Schema old = Objects.requireNonNull(schema(name, version));
        BinaryMessageDecoder<GenericRecord> decoder = new BinaryMessageDecoder<>(GenericData.get(), old);
        for (int each = 1; ; each++) {
            Schema known = schema(name, each);
            if (known == null) {
                break;
            }
            decoder.addSchema(known);
        }
        try {
            ByteBuffer bytes =
                    new BinaryMessageEncoder<GenericRecord>(GenericData.get(), old).encode(decoder.decode(event));
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Schema schema(String name, int version) {
        try (InputStream in =
                OldBytes.class.getResourceAsStream("/schemas/history/" + name + ".v" + version + ".avsc")) {
            return in == null ? null : new Schema.Parser().parse(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
