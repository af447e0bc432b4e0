package dev.scriptorium.node;

/** Where the process starts. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(arguments.length);
    }
}
