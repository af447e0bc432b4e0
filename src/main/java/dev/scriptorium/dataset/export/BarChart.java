package dev.scriptorium.dataset.export;

import java.util.List;
import java.util.Locale;

/** A picture of numbers as lying bars, in SVG, readable on a light page and on a dark one. */
final class BarChart {
    private static final int WIDTH = 720;
    private static final int LABEL_WIDTH = 170;
    private static final int VALUE_WIDTH = 130;
    private static final int ROW_HEIGHT = 24;
    private static final int HEAD_HEIGHT = 40;

    private final String title;
    private final List<Bar> bars;

    /** @param note beside the bar; empty for none */
    record Bar(String label, long value, String note) {}

    BarChart(String title, List<Bar> bars) {
        this.title = title;
        this.bars = List.copyOf(bars);
    }

    /** It stands on a ground of its own, because a page may be dark where the reader's system is light. */
    String svg() {
        long most = Math.max(1, bars.stream().mapToLong(Bar::value).max().orElse(1));
        int height = HEAD_HEIGHT + ROW_HEIGHT * bars.size() + 8;
        StringBuilder svg =
                new StringBuilder(String.format(Locale.ROOT, """
                        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">
                        <style>text{font:13px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:15px}\
                    .b{fill:#3b6ea5}.g{fill:#fff}\
                        @media(prefers-color-scheme:dark){text{fill:#e6edf3}.b{fill:#6ea8e0}.g{fill:#0d1117}}</style>
                        <rect class="g" width="100%%" height="100%%" rx="6"/>
                        <text class="t" x="8" y="24">%s</text>
                    """, WIDTH, height, escaped(title), escaped(title)));
        int y = HEAD_HEIGHT;
        for (Bar bar : bars) {
            int length = (int) Math.round((double) (WIDTH - LABEL_WIDTH - VALUE_WIDTH) * bar.value() / most);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect class=\"b\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"/>"
                            + "<text x=\"%d\" y=\"%d\">%,d%s</text>%n",
                    LABEL_WIDTH - 8,
                    y + 15,
                    escaped(bar.label()),
                    LABEL_WIDTH,
                    y + 3,
                    bar.value() == 0 ? 0 : Math.max(1, length),
                    ROW_HEIGHT - 8,
                    LABEL_WIDTH + Math.max(1, length) + 6,
                    y + 15,
                    bar.value(),
                    bar.note().isEmpty() ? "" : " " + escaped(bar.note())));
            y += ROW_HEIGHT;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
