package dev.scriptorium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text kept in the repository and compared with what the code says; {@code -Dgolden.update=true} rewrites it. */
public final class Golden {
    private Golden() {}

    /** Fails with a diff unless the file, relative to the repository's root, holds exactly this text. */
    public static void check(String file, String actual) {
        Path path = Path.of(file);
        try {
            if (Boolean.getBoolean("golden.update")) {
                Path folder = path.getParent();
                if (folder != null) {
                    Files.createDirectories(folder);
                }
                Files.writeString(path, actual);
            }
            assertThat(path)
                    .as("golden file; write it with -Dgolden.update=true")
                    .exists();
            assertThat(actual)
                    .as(
                            "%s is not what the code says now; if the change is meant, run: mvn test"
                                    + " -Dgolden.update=true",
                            file)
                    .isEqualTo(Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
