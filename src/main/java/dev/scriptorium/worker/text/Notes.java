package dev.scriptorium.worker.text;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.TokenLogprob;
import dev.scriptorium.token.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is written down beside a text: how likely its tokens were, and those of its prompt. */
public final class Notes {
    /** More than the most alternatives there are. */
    private static final int WITH_PROMPT = 1000;

    private final @Nullable Integer alternatives;
    private final @Nullable Logprobs output;
    private final @Nullable Logprobs prompt;
    private final int promptTokens;

    /** @param choice only the first notes the prompt, which all have in common */
    public Notes(AnswerSpec answer, int choice, boolean isChat, int promptTokens, Tokenizer tokenizer) {
        Integer asked = answer.logprobs();
        this.alternatives = asked;
        this.output = asked == null ? null : new Logprobs(tokenizer, asked, isChat);
        boolean notesPrompt = asked != null && choice == 0 && answer.echo();
        this.prompt = asked == null || !notesPrompt ? null : new Logprobs(tokenizer, asked, true);
        this.promptTokens = promptTokens;
    }

    /** A number that is equal for equal notes. */
    public int kind() {
        int output = alternatives == null ? -1 : alternatives;
        return prompt == null ? output : output + WITH_PROMPT;
    }

    /** Whether tokens of the prompt are still to be noted, which must be computed for it. */
    public boolean wantsPrompt() {
        return prompt != null && prompt.size() < promptTokens;
    }

    /**
     * Notes what rows of logits tell of the prompt.
     *
     * @param ids the prompt first
     * @param position of the token that the first row comes after
     */
    public void prompt(int[] ids, int position, float[] logits, int firstRow, int rows, int size) {
        Logprobs notes = prompt;
        if (notes == null || !wantsPrompt()) {
            return;
        }
        if (notes.size() == 0) {
            notes.addFirst(ids[0]);
        }
        for (int row = 0; row < rows; row++) {
            int next = position + row + 1;
            // Who gave its place in the cache back comes by the same places again.
            if (next >= notes.size()) {
                notes.add(ids[next], logits, (firstRow + row) * size, size);
            }
        }
    }

    public void output(int id, float[] logits, int offset, int size) {
        if (output != null) {
            output.add(id, logits, offset, size);
        }
    }

    /** One for each generated token; null if nobody asked for them. */
    @Nullable
    public List<TokenLogprob> output() {
        return output == null ? null : output.toList();
    }

    /** One for each token of the prompt; null if nobody asked for them. */
    @Nullable
    public List<TokenLogprob> prompt() {
        return prompt == null ? null : prompt.toList();
    }
}
