package dev.scriptorium.batch;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows people how far a run is: a bar where somebody watches, a line every ten seconds where the output is a log.
 * Belongs to the thread that runs the job.
 */
public final class ProgressDisplay implements AutoCloseable {
    private static final Duration LINE_EVERY = Duration.ofSeconds(10);
    private static final int BAR_COLUMNS_MAX = 110;

    private final String failed;
    private final PrintStream out;
    private final boolean interactive;
    private final InstantSource clock;
    private final Instant startedAt;
    private Instant lineAt;
    private @Nullable ProgressBar bar;

    /** @param interactive whether {@code out} is a terminal */
    public ProgressDisplay(PrintStream out, boolean interactive, InstantSource clock) {
        this(out, interactive, clock, "failed");
    }

    /** @param failed the word for what ends without a result */
    public ProgressDisplay(PrintStream out, boolean interactive, InstantSource clock, String failed) {
        this.failed = failed;
        this.out = out;
        this.interactive = interactive;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.lineAt = startedAt;
    }

    public void show(BulkProgress progress) {
        if (interactive) {
            showBar(progress);
        } else if (Duration.between(lineAt, clock.instant()).compareTo(LINE_EVERY) >= 0) {
            lineAt = clock.instant();
            out.println(line(progress));
        }
    }

    /** Tokens written a second since this display began. */
    public double tokensPerSecond(BulkProgress progress) {
        double seconds = Duration.between(startedAt, clock.instant()).toMillis() / 1000.0;
        return seconds <= 0 ? 0 : progress.completionTokens() / seconds;
    }

    public Duration elapsed() {
        return Duration.between(startedAt, clock.instant());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    private void showBar(BulkProgress progress) {
        ProgressBar shown = bar;
        if (shown == null) {
            shown = new ProgressBarBuilder()
                    .setTaskName("prompts")
                    .setInitialMax(Math.max(progress.lines(), 1))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setMaxRenderedLength(BAR_COLUMNS_MAX)
                    .setUpdateIntervalMillis(250)
                    .setConsumer(new ConsoleProgressBarConsumer(out, BAR_COLUMNS_MAX))
                    .startsFrom(progress.resumed(), Duration.ZERO)
                    .build();
            bar = shown;
        }
        shown.maxHint(Math.max(progress.lines(), 1));
        shown.stepTo(progress.done());
        shown.setExtraMessage(String.format(
                Locale.ROOT, " %d %s, %.0f tokens/s", progress.failed(), failed, tokensPerSecond(progress)));
    }

    private String line(BulkProgress progress) {
        long doneHere = progress.done() - progress.resumed();
        String eta = doneHere == 0
                ? "unknown"
                : readable(elapsed()
                        .multipliedBy(progress.lines() - progress.done())
                        .dividedBy(doneHere));
        return String.format(
                Locale.ROOT,
                "%d of %d done, %d %s, %.0f tokens/s, ETA %s",
                progress.done(),
                progress.lines(),
                progress.failed(),
                failed,
                tokensPerSecond(progress),
                eta);
    }

    private static String readable(Duration duration) {
        return duration.toHours() > 0
                ? String.format(Locale.ROOT, "%dh%02dm", duration.toHours(), duration.toMinutesPart())
                : String.format(Locale.ROOT, "%dm%02ds", duration.toMinutes(), duration.toSecondsPart());
    }
}
