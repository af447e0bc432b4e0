package dev.scriptorium.node.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine;

/** The version of this program as the build wrote it down; it travels in every completion. */
public final class RuntimeVersion implements CommandLine.IVersionProvider {
    public static String current() {
        try (InputStream in = RuntimeVersion.class.getResourceAsStream("/scriptorium.properties")) {
            if (in == null) {
                throw new IllegalStateException("scriptorium.properties is not in the jar");
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String[] getVersion() {
        return new String[] {"scriptorium " + current()};
    }
}
