package dev.scriptorium.node.process;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service says to whoever started it, on standard error: a bare line, or a line of the log where that is JSON.
 */
public final class Notice {
    private static final Logger LOG = LoggerFactory.getLogger(Notice.class);

    private Notice() {}

    public static void say(String sentence) {
        if (LogFormat.current() == LogFormat.JSON) {
            LOG.info(sentence);
        } else {
            System.err.println(sentence);
        }
    }

    /** The same of what failed. */
    public static void sayFailure(String sentence) {
        if (LogFormat.current() == LogFormat.JSON) {
            LOG.error(sentence);
        } else {
            System.err.println(sentence);
        }
    }
}
