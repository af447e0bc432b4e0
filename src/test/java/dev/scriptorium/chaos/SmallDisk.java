package dev.scriptorium.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A disk in memory that can be filled up and emptied. Only root may have one. */
final class SmallDisk implements AutoCloseable {
    private static final int MIB = 1 << 20;

    private final Path folder;
    private final boolean mounted;

    /** @param folder made here; a plain folder if mounting is not allowed */
    SmallDisk(Path folder, int sizeMib) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder);
        this.mounted = ok("mount", "-t", "tmpfs", "-o", "size=" + sizeMib + "m", "tmpfs", folder.toString());
    }

    /** Whether it can be filled without hurting anybody else. */
    boolean isReal() {
        return mounted;
    }

    Path folder() {
        return folder;
    }

    /** Leaves not one byte. */
    void fill() throws IOException {
        int[] pieces = {MIB, 4096, 1};
        for (int piece : pieces) {
            try (OutputStream filler = Files.newOutputStream(folder.resolve("filler-" + piece))) {
                byte[] bytes = new byte[piece];
                while (mounted) {
                    filler.write(bytes);
                }
            } catch (IOException full) {
                // Full, which was the aim; the next pieces are smaller.
            }
        }
    }

    void empty() throws IOException {
        for (int piece : new int[] {MIB, 4096, 1}) {
            Files.deleteIfExists(folder.resolve("filler-" + piece));
        }
    }

    @Override
    public void close() {
        if (mounted) {
            try {
                ok("umount", "-l", folder.toString());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean ok(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
