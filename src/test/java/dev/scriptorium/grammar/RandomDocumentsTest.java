package dev.scriptorium.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.scriptorium.Seeds;
import java.io.IOException;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the model would like, what is written is a document of the schema: random schemas, random tokens, judged by
 * programs that know nothing of ours. {@code -Dgrammar.schemas=10000} judges that many.
 */
class RandomDocumentsTest {
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonSchemaFactory JUDGE = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    static LongStream seeds() {
        return Seeds.of(Integer.getInteger("grammar.schemas", 100));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyDocumentIsOneOfItsJsonSchema(long seed) throws JsonProcessingException {
        // Given
        Random random = new Random(seed);
        JsonNode schema = new RandomSchemas(random).json();
        Automaton automaton = Grammar.jsonSchema(schema.toString()).automaton(Bytes.TRIE);

        for (int i = 0; i < 3; i++) {
            // When
            String document = Bytes.write(automaton, random);

            // Then
            assertThat(JUDGE.getSchema(schema).validate(STRICT.readTree(document)))
                    .as("%s is not of %s", document, schema)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyDocumentIsADatumOfItsAvroSchema(long seed) throws IOException {
        // Given
        Random random = new Random(seed);
        Schema schema = new RandomSchemas(random).avro();
        Automaton automaton = Grammar.avroSchema(schema.toString()).automaton(Bytes.TRIE);

        for (int i = 0; i < 3; i++) {
            // When
            String document = Bytes.write(automaton, random);

            // Then
            Object datum = new GenericDatumReader<>(schema)
                    .read(null, DecoderFactory.get().jsonDecoder(schema, document));
            assertThat(datum).as("%s of %s", document, schema).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyJsonObjectIsOneAndNoKeyComesTwice(long seed) throws JsonProcessingException {
        // Given
        Random random = new Random(seed);
        Automaton automaton = Grammar.jsonObject().automaton(Bytes.TRIE);

        // When
        String document = Bytes.write(automaton, random);

        // Then
        assertThat(STRICT.readTree(document).isObject()).as(document).isTrue();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aTokenIsAllowedIfItsBytesAreOneByOne(long seed) {
        // Given
        Random random = new Random(seed);
        Grammar grammar = Grammar.jsonSchema(new RandomSchemas(random).json().toString());
        Cursor cursor = grammar.automaton(Bytes.TRIE).cursor();
        StringBuilder written = new StringBuilder();
        for (int count = 0; count < 12 && !cursor.isOver(); count++) {
            // When
            long[] allowed = cursor.allowed().clone();

            // Then
            for (int id = 1; id < Bytes.TRIE.vocabularySize(); id++) {
                assertThat(Bytes.isAllowed(allowed, id))
                        .as("token %d after %s", id, written)
                        .isEqualTo(follows(grammar, written.toString(), Bytes.TRIE.bytes(id)));
            }
            assertThat(Bytes.isAllowed(allowed, 0)).isFalse();
            int next = next(allowed, random);
            if (next < 0) {
                return;
            }
            cursor.accept(next);
            for (byte b : Bytes.TRIE.bytes(next)) {
                written.append((char) (b & 0xff));
            }
        }
    }

    private static int next(long[] allowed, Random random) {
        int[] ids = java.util.stream.IntStream.range(0, Bytes.TRIE.vocabularySize())
                .filter(id -> Bytes.isAllowed(allowed, id))
                .toArray();
        return ids.length == 0 ? -1 : ids[random.nextInt(ids.length)];
    }

    /** Without trie and without remembered states. */
    private static boolean follows(Grammar grammar, String latin1, byte[] more) {
        java.util.List<Position> places =
                java.util.List.of(new Position(new Frame.Expected(grammar.root(), true), Position.END));
        for (int i = 0; i < latin1.length() + more.length; i++) {
            int b = i < latin1.length() ? latin1.charAt(i) : more[i - latin1.length()] & 0xff;
            Positions reached = new Positions();
            places.forEach(place -> place.step(b, reached));
            places = reached.toList();
        }
        return !places.isEmpty();
    }
}
