package dev.scriptorium.dataset.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Compared with what Python 3.12 said: difflib, unicodedata and re, in {@code dataset/difflib.json}. */
public class DifflibTest {
    private final JsonNode said = read();

    @Test
    void findsThePartsThatDifflibFinds() {
        for (JsonNode example : said.get("blocks")) {
            // Given
            List<CommonParts.Part> expected = new ArrayList<>();
            for (JsonNode part : example.get("parts")) {
                expected.add(new CommonParts.Part(
                        part.get(0).asInt(), part.get(1).asInt(), part.get(2).asInt()));
            }

            // When
            List<CommonParts.Part> found = CommonParts.of(
                    example.get("a").textValue(), example.get("b").textValue());

            // Then
            assertThat(found).as(example.toString()).isEqualTo(expected);
        }
    }

    @Test
    void findsTheWordsThatPythonFinds() {
        for (JsonNode example : said.get("words")) {
            // Given
            List<String> expected = new ArrayList<>();
            example.get("words").forEach(word -> expected.add(word.textValue()));

            // When
            List<String> found = Words.of(example.get("text").textValue());

            // Then
            assertThat(found).as(example.toString()).isEqualTo(expected);
        }
    }

    public static JsonNode read() {
        try (InputStream in = DifflibTest.class.getResourceAsStream("/dataset/difflib.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
