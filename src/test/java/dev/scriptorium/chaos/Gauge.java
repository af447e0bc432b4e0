package dev.scriptorium.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Java process takes of the machine, as Linux and its own virtual machine say. */
final class Gauge {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern HEAP = Pattern.compile("\\bused (\\d+)K");
    private static final double TICKS_A_SECOND = 100;

    private final String name;
    private final long pid;

    Gauge(String name, long pid) {
        this.name = name;
        this.pid = pid;
    }

    String name() {
        return name;
    }

    /** @param cpuSeconds since the process began */
    record Reading(long residentMib, long heapMib, double cpuSeconds) {}

    /** @param collects whether garbage is collected first, so that the heap is what is in use */
    Reading read(boolean collects) throws IOException, InterruptedException {
        if (collects) {
            jcmd("GC.run");
        }
        return new Reading(residentMib(), heapMib(jcmd("GC.heap_info")), cpuSeconds());
    }

    private long residentMib() throws IOException {
        Matcher found = RESIDENT.matcher(Files.readString(Path.of("/proc", pid + "", "status")));
        return found.find() ? Long.parseLong(found.group(1)) >> 10 : -1;
    }

    /** Young and old generation together. */
    private static long heapMib(String info) {
        long kib = 0;
        for (String line : info.lines().toList()) {
            Matcher found = HEAP.matcher(line);
            if (!line.contains("Metaspace") && !line.contains("class space") && found.find()) {
                kib += Long.parseLong(found.group(1));
            }
        }
        return kib >> 10;
    }

    private double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc", pid + "", "stat"));
        // The name in parentheses may hold spaces; user and system time are the 14th and 15th field.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_A_SECOND;
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid + "", command)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
