package dev.scriptorium.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Cancellation.Target;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.ControlDecoder.Control;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ControlDecoderTest {
    private static final Instant LATER = Samples.NOON.plusSeconds(60);

    private final ControlDecoder decoder = new ControlDecoder(1 << 10);

    static Stream<Cancellation> cancellations() {
        return Stream.of(
                new Cancellation(new Target.OfRequest(new RequestId("stories", "17")), "changed my mind", Samples.NOON),
                new Cancellation(new Target.OfJob("stories"), "", Samples.NOON),
                new Cancellation(new Target.OfTenant("press"), "", Samples.NOON));
    }

    @ParameterizedTest
    @MethodSource("cancellations")
    void readsWhatWasWrittenAsAvro(Cancellation cancellation) {
        // Given
        byte[] bytes = new EventCodec().encode(cancellation);

        // When
        Control control = decoder.decode(bytes, LATER);

        // Then
        assertThat(control).isEqualTo(new Control.Cancel(cancellation));
        assertThat(new EventCodec().cancellation(bytes)).isEqualTo(cancellation);
    }

    @Test
    void readsJsonAndTakesTheRecordsTimeWhereNoneIsSaid() {
        // Given
        String request = "{\"action\":\"cancel\",\"id\":\"17\",\"reason\":\"late\"}";
        String job = "{\"action\":\"cancel\",\"job\":\"stories\",\"at\":\"2026-11-24T12:00:00Z\"}";

        // When
        Control first = decoder.decode(request.getBytes(UTF_8), LATER);
        Control second = decoder.decode(job.getBytes(UTF_8), LATER);

        // Then
        assertThat(first)
                .isEqualTo(new Control.Cancel(new Cancellation(
                        new Target.OfRequest(new RequestId(RequestId.DEFAULT_JOB, "17")), "late", LATER)));
        assertThat(second)
                .isEqualTo(new Control.Cancel(
                        new Cancellation(new Target.OfJob("stories"), "", Instant.parse("2026-11-24T12:00:00Z"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"action\":\"cancel\"}                              | one of id, job and tenant",
                "{\"action\":\"stop\",\"id\":\"1\"}                   | must be cancel",
                "{\"id\":\"1\"}                                       | field 'action' is missing",
                "{\"action\":\"cancel\",\"jobb\":\"x\"}               | Did you mean 'job'?",
                "{\"action\":\"cancel\",\"tenant\":\"x\",\"job\":\"y\"} | must not be given together",
                "{\"action\":\"cancel\",\"job\":\"a b\"}              | field 'job' is 'a b'",
                "{\"action\":\"cancel\",\"job\":\"a\",\"at\":\"soon\"} | RFC 3339",
                "not json                                             | refused"
            })
    void saysWhatIsWrong(String json, String words) {
        // When
        Control control = decoder.decode(json.getBytes(UTF_8), LATER);

        // Then
        assertThat(control)
                .isInstanceOfSatisfying(
                        Control.Unreadable.class,
                        unreadable -> assertThat(unreadable.reason()).contains(words));
    }

    @Test
    void refusesWhatIsTooLongOrNothingAtAll() {
        // When
        Control nothing = decoder.decode(null, LATER);
        Control tooLong = decoder.decode(new byte[1025], LATER);

        // Then
        assertThat(nothing).isInstanceOf(Control.Unreadable.class);
        assertThat(tooLong).isInstanceOf(Control.Unreadable.class);
    }

    @Test
    void jobAndTenantEndWithWhatWasSentSoFarAndAnIdForGood() {
        // Given
        RequestId request = new RequestId("stories", "17");
        Cancellation id = new Cancellation(new Target.OfRequest(request), "", Samples.NOON);
        Cancellation job = new Cancellation(new Target.OfJob("stories"), "", Samples.NOON);
        Cancellation tenant = new Cancellation(new Target.OfTenant("press"), "", Samples.NOON);

        // When
        boolean idEndsLater = id.ends(request, "press", LATER);

        // Then
        assertThat(idEndsLater).isTrue();
        assertThat(job.ends(request, "press", Samples.NOON)).isTrue();
        assertThat(job.ends(request, "press", LATER)).isFalse();
        assertThat(tenant.ends(request, "press", Samples.NOON)).isTrue();
        assertThat(tenant.ends(request, "other", Samples.NOON)).isFalse();
    }
}
