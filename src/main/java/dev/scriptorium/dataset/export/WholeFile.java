package dev.scriptorium.dataset.export;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Files that are there whole or not at all, even after a loss of power: written under another name, forced to the disk,
 * renamed, and the folder forced too.
 */
final class WholeFile {
    private static final int READ_BYTES = 1 << 16;

    /** Where a file is written before it is whole. */
    static Path partial(Path path) {
        return path.resolveSibling("." + path.getFileName() + ".partial");
    }

    static void write(Path path, byte[] bytes) throws IOException {
        Files.write(partial(path), bytes);
        publish(path);
    }

    /** Makes what was written to {@link #partial} the file itself. */
    static void publish(Path path) throws IOException {
        Path partial = partial(path);
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(partial, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static String sha256(Path path) throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(path), sha256)) {
                byte[] buffer = new byte[READ_BYTES];
                int read = in.read(buffer);
                while (read >= 0) {
                    read = in.read(buffer);
                }
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private WholeFile() {}
}
