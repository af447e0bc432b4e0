package dev.scriptorium.pipeline;

import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import java.util.function.IntToLongFunction;

/**
 * Which partition of its lane a prompt goes on: a pure function of its first words and of what lies there already.
 *
 * <p>The idea is consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2017). Prompts that begin
 * alike try the partitions in the same order, and the first one with room takes them; so they meet on one worker, which
 * has computed their beginning already, as long as it keeps up, and spill over to the next in order when it does not.
 * Room is {@code spillAfter} prompts, or the average, whichever is more; so a large job fills every partition evenly. A
 * text never depends on where it is written, so a choice can be bad but never wrong.
 */
public final class LaneChoice {
    /** Templates part from each other, and their instances from one another, after about so many characters. */
    static final int PREFIX_CHARACTERS = 64;

    private LaneChoice() {}

    /**
     * @param partitions of the lane
     * @param spillAfter prompts on one partition that are always taken
     * @param total prompts on the lane
     * @param backlog prompts on a partition
     */
    public static int partition(Prompt prompt, int partitions, long spillAfter, long total, IntToLongFunction backlog) {
        long prefix = mix(prefixHash(prompt));
        long room = Math.max(spillAfter, Math.ceilDiv(total + 1, (long) partitions));
        // A step without a common factor visits every partition once.
        int start = (int) Math.floorMod(prefix, (long) partitions);
        int step = 1 + (int) Math.floorMod(mix(prefix), (long) Math.max(1, partitions - 1));
        while (greatestCommonDivisor(step, partitions) != 1) {
            step++;
        }
        int best = start;
        long least = Long.MAX_VALUE;
        for (int i = 0, at = start; i < partitions; i++, at = (at + step) % partitions) {
            long there = backlog.applyAsLong(at);
            if (there < room) {
                return at;
            }
            if (there < least) {
                best = at;
                least = there;
            }
        }
        return best;
    }

    private static long prefixHash(Prompt prompt) {
        return switch (prompt.input()) {
            case Input.Text text -> hash(text.text());
            // A system message is a template's own; without one, templates are told apart by how they begin.
            case Input.Chat chat -> hash(chat.messages().get(0).content());
        };
    }

    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < Math.min(text.length(), PREFIX_CHARACTERS); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The finaliser of SplitMix64: every bit of the result depends on every bit given. */
    private static long mix(long value) {
        long mixed = value + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
