package dev.scriptorium.worker;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.ResolvedSampling;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is computed at this moment, so that a request for the very same text joins it instead of computing it again.
 * Belongs to the step loop.
 *
 * <p>Two requests are twins if everything that decides their text is equal. Without chance in it, the seed decides
 * nothing; as it is a different one for each id unless somebody says it, greedy requests are what usually meets.
 */
final class Twins {
    private final Map<Key, Generation> underWay = new HashMap<>();

    /** Compared by content, prompt by prompt, so that no accident of hashing can give one request another's text. */
    private record Key(int[] promptIds, ResolvedSampling sampling, AnswerSpec answer, boolean isChat, int notes) {
        static Key of(Generation generation) {
            ResolvedSampling sampling = generation.sampling();
            Prompt prompt = generation.task().prompt();
            return new Key(
                    generation.promptIds(),
                    sampling.temperature() == 0 ? sampling.withSeed(0) : sampling,
                    prompt.answer(),
                    switch (prompt.input()) {
                        case Input.Text _ -> false;
                        case Input.Chat _ -> true;
                    },
                    generation.notes().kind());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && isChat == key.isChat
                    && notes == key.notes
                    && sampling.equals(key.sampling)
                    && answer.equals(key.answer)
                    && Arrays.equals(promptIds, key.promptIds);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(promptIds) + sampling.hashCode();
        }
    }

    /** The one that computes the same already; null if there is none, and then it is this one from now on. */
    @Nullable
    Generation leaderOf(Generation generation) {
        return underWay.putIfAbsent(Key.of(generation), generation);
    }

    /** It computes nothing more. */
    void forget(Generation generation) {
        underWay.remove(Key.of(generation), generation);
    }
}
