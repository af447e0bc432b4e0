package dev.scriptorium.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.TokenChunk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkFormatTest {
    private final ChunkFormat format = new ChunkFormat();

    @ParameterizedTest
    @EnumSource
    void readsWhatItWroteInEveryDialect(Dialect dialect) {
        // Given
        TokenChunk chunk = new TokenChunk(Samples.REQUEST, dialect, 1, 3, 4, " naïve 🐈", FinishReason.STOP);

        // When
        TokenChunk read = format.read(format.write(chunk), null);

        // Then
        Dialect readAs = dialect == Dialect.AVRO ? Dialect.AVRO : Dialect.PLAIN;
        assertThat(read).isEqualTo(new TokenChunk(Samples.REQUEST, readAs, 1, 3, 4, " naïve 🐈", FinishReason.STOP));
    }

    @Test
    void writesOneLineOfJson() {
        // Given
        TokenChunk chunk = new TokenChunk(Samples.REQUEST, Dialect.PLAIN, 0, 3, 4, "\n", null);

        // When
        String json = new String(format.write(chunk), UTF_8);

        // Then
        assertThat(json)
                .isEqualTo("{\"id\":\"17\",\"job\":\"stories\",\"choice\":0,\"index\":3,\"tokens\":4,\"text\":\"\\n\","
                        + "\"finish_reason\":null}");
        assertThat(format.contentType(chunk)).isEqualTo("application/json");
    }

    @Test
    void refusesWhatIsNoChunk() {
        // When
        var reading = assertThatThrownBy(() -> format.read("{\"id\":\"1\",\"job\":\"j\"}".getBytes(UTF_8), null));

        // Then
        reading.isInstanceOf(UndecodableException.class).hasMessageContaining("choice");
    }
}
