package dev.scriptorium.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarTest {
    private static final List<String> BAD_SCHEMAS = List.of(
            "{\"type\":\"string\",\"format\":\"email\"}",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"multipleOf\":2}}}",
            "{\"allOf\":[{\"type\":\"string\"}]}",
            "{\"not\":{}}",
            "{\"type\":\"number\",\"minimum\":0}",
            "{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}",
            "{\"type\":\"string\",\"minLength\":-1}",
            "{\"type\":\"string\",\"pattern\":\"a\",\"maxLength\":2}",
            "{\"type\":\"string\",\"pattern\":\"(?=a)b\"}",
            "{\"type\":\"string\",\"pattern\":\"(a)\\\\1\"}",
            "{\"type\":\"string\",\"pattern\":\"\\\\bword\"}",
            "{\"type\":\"string\",\"pattern\":\"a{1000}\"}",
            "{\"type\":\"string\",\"pattern\":\"(a{200}){200}\"}",
            "{\"type\":\"string\",\"pattern\":\"(a\"}",
            "{\"type\":\"string\",\"pattern\":\"a)\"}",
            "{\"type\":\"string\",\"pattern\":\"^[^\\\\u0000-\\\\uffff]*(a^b)\"}",
            "{\"type\":\"integer\",\"minimum\":5,\"maximum\":4}",
            "{\"type\":\"integer\",\"minimum\":1e30}",
            "{\"type\":\"text\"}",
            "{\"type\":\"string\",\"enum\":[1]}",
            "{\"enum\":[]}",
            "{\"enum\":[\"a\"],\"minLength\":1}",
            "{\"$ref\":\"#/$defs/no\"}",
            "{\"$ref\":\"http://example.com/schema\"}",
            "{\"$ref\":\"#\"}",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}",
            "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{},\"additionalProperties\":false}",
            "{\"type\":\"array\",\"prefixItems\":[true],\"items\":false,\"minItems\":2}",
            "{\"type\":\"array\",\"items\":[{}]}",
            "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}",
            "{\"oneOf\":[{\"type\":\"object\"},{\"type\":\"object\"}]}",
            "false",
            "[]",
            "{\"type\":\"string\"",
            "{\"type\":\"string\"} {}");

    private static final List<String> BAD_AVRO_SCHEMAS = List.of(
            "\"varchar\"",
            "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}",
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}",
            "{\"type\":\"record\",\"name\":\"R\"}",
            "[]");

    /** schema | documents that are taken | documents that are not, with ; between documents */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"integer\",\"minimum\":-12,\"maximum\":305} | 0;-12;305;30;-1;9 | -13;306;-0;01;1.0;400;-",
                "{\"type\":\"integer\",\"exclusiveMinimum\":1.5,\"exclusiveMaximum\":10} | 2;9 | 1;10;0;-2",
                "{\"type\":\"number\"} | -0.5;1e5;12.25E-3;0 | .5;1.;01;1e;+1;NaN",
                "{\"type\":\"string\",\"minLength\":1,\"maxLength\":2} | \"a\";\"🐈é\";\"\\n"
                        + "\";\"\\u00e9x\" | \"\";\"abc\";\"\\ud83d\"",
                "{\"type\":\"string\",\"pattern\":\"^[ab]+$\"} | \"abba\";\"\\u0061\" | \"\";\"c\";\"\\u0063\";\"é\"",
                "{\"enum\":[1,12,\"x\"]} | 1;12;\"x\" | 2;13;\"y\"",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},"
                        + "\"b\":{\"type\":\"null\"}},\"required\":[\"b\"]}"
                        + " | {\"a\":null,\"b\":null};{\"b\": null};{\"a\": null, \"b\":null} |"
                        + " {};{\"a\":null};{\"b\":null,\"a\":null};{\"b\":null,}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"}},"
                        + "\"additionalProperties\":{\"type\":\"boolean\"}}"
                        + " | {\"a\":null,\"ab\":true};{\"é\":true,\"b\":false};{} |"
                        + " {\"b\":true,\"b\":true};{\"a\":true};{\"\":true}",
                "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"null\"}],"
                        + "\"items\":{\"type\":\"boolean\"},\"minItems\":2,\"maxItems\":3}"
                        + " | [null,true];[null, true, false] | [];[null];[true,true];[null,true,true,true]",
                "{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/t\"}}}} |"
                        + " [];[[],[[]]] | [1];[",
                "{\"anyOf\":[{\"type\":\"boolean\"},{\"const\":\"tr\"}]} | true;\"tr\" | tr;\"true\"",
            })
    void takesWhatTheSchemaTakes(String schema, String taken, String refused) {
        // Given
        Grammar grammar = Grammar.jsonSchema(schema);

        // When
        List<String> wrong = new ArrayList<>();
        for (String document : taken.split(";", -1)) {
            if (!Bytes.takes(grammar, document.strip(), true)) {
                wrong.add("refused " + document);
            }
        }
        for (String document : refused.split(";", -1)) {
            if (Bytes.takes(grammar, document.strip(), true)) {
                wrong.add("took " + document);
            }
        }

        // Then
        assertThat(wrong).isEmpty();
    }

    @Test
    void aDocumentIsOverWhereNothingCanFollow() {
        // Given
        Cursor cursor =
                Grammar.jsonSchema("{\"const\":[]}").automaton(Bytes.TRIE).cursor();

        // When
        cursor.accept(1 + '[');
        boolean before = cursor.isOver() || cursor.mayEnd();
        cursor.accept(1 + ']');

        // Then
        assertThat(before).isFalse();
        assertThat(cursor.isOver()).isTrue();
        assertThatThrownBy(() -> cursor.accept(1 + ' ')).isInstanceOf(IllegalArgumentException.class);
    }

    /** First bytes, and second bytes that would make a form that is too long, half a pair or no code point at all. */
    @ParameterizedTest
    @CsvSource({"e0,80,9f,a0", "ed,a0,bf,9f", "f0,80,8f,90", "f4,90,bf,8f"})
    void takesNoUtf8ThatIsNone(String lead, String from, String to, String good) {
        // Given
        Cursor cursor = Grammar.jsonSchema("{\"type\":\"string\"}")
                .automaton(Bytes.TRIE)
                .cursor();
        cursor.accept(1 + '"');

        // When
        cursor.accept(1 + Integer.parseInt(lead, 16));

        // Then
        for (int second = Integer.parseInt(from, 16); second <= Integer.parseInt(to, 16); second++) {
            assertThat(Bytes.isAllowed(cursor.allowed(), 1 + second)).isFalse();
        }
        assertThat(Bytes.isAllowed(cursor.allowed(), 1 + Integer.parseInt(good, 16)))
                .isTrue();
    }

    @Test
    void aNumberMayBeOverAndGoOn() {
        // Given
        Cursor cursor = Grammar.jsonSchema("{\"type\":\"integer\"}")
                .automaton(Bytes.TRIE)
                .cursor();

        // When
        cursor.accept(1 + '4');

        // Then
        assertThat(cursor.mayEnd()).isTrue();
        assertThat(cursor.isOver()).isFalse();
        assertThat(Bytes.isAllowed(cursor.allowed(), 1 + '2')).isTrue();
    }

    /** Every reason to refuse a schema, in the words in which users read it. */
    @Test
    void everySchemaThatIsNotSupportedIsRefusedInTheSameWordsAsEver() {
        // Given
        List<String> schemas = BAD_SCHEMAS;
        List<String> avro = BAD_AVRO_SCHEMAS;

        // When
        StringBuilder page = new StringBuilder();
        schemas.forEach(schema -> page.append(schema)
                .append('\n')
                .append(refusal(() -> Grammar.jsonSchema(schema)))
                .append("\n\n"));
        avro.forEach(schema -> page.append(schema)
                .append('\n')
                .append(refusal(() -> Grammar.avroSchema(schema)))
                .append("\n\n"));

        // Then
        Golden.check("src/test/resources/golden/refusals/schemas.txt", page.toString());
        assertThat(page).doesNotContain("ACCEPTED");
    }

    private static String refusal(Runnable compiling) {
        try {
            compiling.run();
        } catch (UnsupportedSchemaException e) {
            return "  " + e.getMessage();
        }
        return "  ACCEPTED";
    }

    @Test
    @Timeout(20)
    void thousandPatternsThatAreHardTogetherAreRefusedInTime() {
        // Given
        String properties = IntStream.range(0, 1000)
                .mapToObj(i -> "\"p%d\":{\"type\":\"string\",\"pattern\":\"^(a|b)*a(a|b){8}$\"}".formatted(i))
                .collect(Collectors.joining(","));

        // Then
        assertThatThrownBy(() -> Grammar.jsonSchema("{\"type\":\"object\",\"properties\":{" + properties + "}}"))
                .isInstanceOf(UnsupportedSchemaException.class)
                .hasMessageContaining("is too much work, together with those before it: more than 2000000 steps");
    }
}
