package dev.scriptorium.node.models;

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
 * How far a long piece of work on bytes is, with rate and time left: a bar where somebody watches; where the output is
 * a log, a line after two seconds and then every ten. What takes less shows nothing.
 */
public final class BytesDisplay implements AutoCloseable {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration LINE_EVERY = Duration.ofSeconds(10);
    private static final int BAR_COLUMNS_MAX = 110;
    private static final long MEGABYTE = 1_000_000;

    private final String what;
    private final long total;
    private final PrintStream out;
    private final boolean interactive;
    private final InstantSource clock;
    private final Instant startedAt;
    private Instant shownAt;
    private @Nullable ProgressBar bar;

    /** @param interactive whether {@code out} is a terminal */
    public BytesDisplay(String what, long total, PrintStream out, boolean interactive, InstantSource clock) {
        this.what = what;
        this.total = total;
        this.out = out;
        this.interactive = interactive;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.shownAt = startedAt.minus(LINE_EVERY).plus(QUIET); // the first line comes when it is no longer short
    }

    public void show(long done) {
        Instant now = clock.instant();
        if (Duration.between(startedAt, now).compareTo(QUIET) < 0) {
            return;
        }
        if (interactive) {
            showBar(done);
        } else if (Duration.between(shownAt, now).compareTo(LINE_EVERY) >= 0) {
            shownAt = now;
            out.println(line(done, Duration.between(startedAt, now)));
        }
    }

    Duration elapsed() {
        return Duration.between(startedAt, clock.instant());
    }

    private void showBar(long done) {
        ProgressBar shown = bar;
        if (shown == null) {
            shown = new ProgressBarBuilder()
                    .setTaskName(what)
                    .setUnit(" MB", MEGABYTE)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .setMaxRenderedLength(BAR_COLUMNS_MAX)
                    .setUpdateIntervalMillis(250)
                    .setConsumer(new ConsoleProgressBarConsumer(out, BAR_COLUMNS_MAX))
                    .build();
            bar = shown;
        }
        shown.stepTo(done);
    }

    private String line(long done, Duration elapsed) {
        double rate = done / Math.max(0.001, elapsed.toMillis() / 1000.0);
        long secondsLeft = rate <= 0 ? 0 : (long) ((total - done) / rate);
        return String.format(
                Locale.ROOT,
                "%s: %,d of %,d MB, %.0f MB/s, ETA %dm%02ds",
                what,
                done / MEGABYTE,
                total / MEGABYTE,
                rate / MEGABYTE,
                secondsLeft / 60,
                secondsLeft % 60);
    }

    /** Takes the bar away, so that what is printed next stands alone. */
    void finish() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        finish();
    }
}
