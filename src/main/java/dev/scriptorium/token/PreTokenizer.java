package dev.scriptorium.token;

import java.util.List;

/** What is done to text before it becomes pieces: normalizing, marking spaces, cutting into words. Immutable. */
public sealed interface PreTokenizer permits SpaceMarking, SplitSteps {
    /**
     * Words in the spelling of the vocabulary, to be encoded one by one.
     *
     * @param stretch text between two added tokens, not empty
     * @param first whether the whole text begins here
     */
    List<String> words(String stretch, boolean first);
}
