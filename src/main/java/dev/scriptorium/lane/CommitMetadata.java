package dev.scriptorium.lane;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * What a commit says beside its offset, as text that an operator can read: {@code 1;57;0x2,3,1x1;9a0b1c2d} is version
 * 1, 57 offsets from the committed one on, and of these unfinished are number 0 (started twice), 3 (never started) and
 * 4 (started once), each number counted from the one before. All others of the 57 are finished. Last comes the CRC-32
 * of all before it: a text that lost its tail would otherwise call unfinished records finished.
 *
 * @param span offsets from the committed one on that this speaks of
 * @param starts distance from the committed offset, below {@code span}, to how often it was started
 */
record CommitMetadata(long span, SortedMap<Long, Integer> starts) {
    /** The broker's own limit, {@code offset.metadata.max.bytes}, as it comes. */
    static final int BYTES_MAX = 4096;

    static final CommitMetadata NOTHING = new CommitMetadata(0, new TreeMap<>());

    private static final String VERSION = "1";
    private static final Pattern FORM = Pattern.compile("(1;([0-9]{1,18});([0-9x,]*));([0-9a-f]{8})");
    private static final Pattern ITEM = Pattern.compile("([0-9]{1,18})(?:x([0-9]{1,9}))?");
    private static final int FRAME_CHARACTERS_MAX = "1;;;".length() + 18 + 8;

    /**
     * At most {@link #BYTES_MAX} characters of ASCII. What does not fit is left out from the far end, so that it is
     * done again; empty if there is nothing to say.
     */
    String format() {
        if (span == 0) {
            return "";
        }
        StringBuilder list = new StringBuilder();
        long spoken = span;
        long before = 0;
        for (Map.Entry<Long, Integer> entry : starts.entrySet()) {
            String item = (list.isEmpty() ? "" : ",")
                    + (entry.getKey() - before)
                    + (entry.getValue() == 0 ? "" : "x" + entry.getValue());
            if (list.length() + item.length() > BYTES_MAX - FRAME_CHARACTERS_MAX) {
                spoken = entry.getKey();
                break;
            }
            list.append(item);
            before = entry.getKey();
        }
        String text = VERSION + ";" + spoken + ";" + list;
        return text + ";" + check(text);
    }

    /** The opposite of {@link #format}; {@link #NOTHING} for anything that did not come from there whole. */
    static CommitMetadata parse(String text) {
        Matcher form = FORM.matcher(text.length() <= BYTES_MAX ? text : "");
        if (!form.matches() || !check(form.group(1)).equals(form.group(4))) {
            return NOTHING;
        }
        long span = Long.parseLong(form.group(2));
        TreeMap<Long, Integer> starts = new TreeMap<>();
        long at = 0;
        for (String item :
                form.group(3).isEmpty() ? new String[0] : form.group(3).split(",", -1)) {
            Matcher parts = ITEM.matcher(item);
            if (!parts.matches()) {
                return NOTHING;
            }
            at += Long.parseLong(parts.group(1));
            if (at >= span) {
                return NOTHING;
            }
            starts.put(at, parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2)));
        }
        return new CommitMetadata(span, starts);
    }

    private static String check(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return "%08x".formatted(crc.getValue());
    }
}
