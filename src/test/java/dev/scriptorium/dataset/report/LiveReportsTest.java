package dev.scriptorium.dataset.report;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.scriptorium.dataset.Provenance;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.ResolvedSampling;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveReportsTest {
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
    private static final int ROWS = 100_000;

    private final LiveReports reports = new LiveReports();

    private static Row row(String job, long number, String text, String recipe) {
        boolean isKept = number % 10 != 3;
        return new Row(
                job,
                number,
                ROWS,
                new RowKey(number, "story", "", "", 0),
                isKept ? Row.Fate.KEPT : Row.Fate.DROPPED,
                "Tell",
                "{}",
                0,
                new Row.Written(
                        text,
                        3,
                        40,
                        FinishReason.STOP,
                        new Provenance(
                                number + "/story/-/-/0",
                                recipe,
                                "sha256:t",
                                "m",
                                "sha256:w",
                                "1",
                                "sha256:p",
                                new ResolvedSampling(8, 1, 0, 1, 0, 1, 0, 0, 1, List.of(), 1, null))),
                List.of(new Verdict("length", isKept, "40", "20 to 60 tokens")),
                List.of(),
                null);
    }

    @Test
    void countsAllRowsAndKeepsAFewOfThemFromAllOver() {
        // When: a hundred rows a second
        for (int i = 0; i < ROWS / 2; i++) {
            reports.add(row("tales", i, "text " + i, "sha256:r"), START.plusMillis(10L * i));
        }

        // Then
        Report report = requireNonNull(reports.of("tales", START.plusSeconds(500)));
        assertThat(report.counts().kept()).isEqualTo(45_000);
        assertThat(report.counts().dropped()).isEqualTo(5_000);
        assertThat(report.rowsPerSecond()).isCloseTo(100, within(5.0));
        assertThat(report.isFinished()).isFalse();
        assertThat(report.kept()).hasSize(LiveReport.KEPT_MAX).doesNotHaveDuplicates();
        assertThat(report.kept().stream().mapToLong(Row::number).max().orElse(0))
                .isGreaterThan(ROWS / 4);
        assertThat(report.refused()).hasSize(LiveReport.REFUSED_MAX);
        assertThat(report.refused().getFirst().number()).isEqualTo(49_993);
    }

    @Test
    void longTextsAreShortenedBetweenTwoCharacters() {
        // Given: every second char is the first half of a character
        String text = "x" + "🦊".repeat(LiveReport.CHARACTERS_MAX);

        // When
        reports.add(row("tales", 0, text, "sha256:r"), START);

        // Then
        String shown = requireNonNull(requireNonNull(reports.of("tales", START))
                        .kept()
                        .getFirst()
                        .written())
                .text();
        assertThat(shown).hasSize(LiveReport.CHARACTERS_MAX - 1 + 2).endsWith("🦊 …");
    }

    @Test
    void anotherRecipeUnderTheSameNameIsAnotherDataset() {
        // Given
        reports.add(row("tales", 0, "old", "sha256:r"), START);

        // When
        reports.add(row("tales", 0, "new", "sha256:s"), START.plusSeconds(1));

        // Then
        Report report = requireNonNull(reports.of("tales", START.plusSeconds(2)));
        assertThat(report.ended()).isEqualTo(1);
        assertThat(report.firstAt()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void theDatasetWithoutARowForTheLongestTimeIsForgottenFirst() {
        // When
        for (int i = 0; i <= LiveReports.DATASETS_MAX; i++) {
            reports.add(row("job-" + i, 0, "text", "sha256:r"), START.plusSeconds(i));
        }

        // Then
        assertThat(reports.all(START))
                .hasSize(LiveReports.DATASETS_MAX)
                .extracting(Report::job)
                .startsWith("job-100")
                .doesNotContain("job-0");
    }
}
