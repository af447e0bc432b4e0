package dev.scriptorium.worker;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.grammar.Automaton;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.TemplateException;
import dev.scriptorium.token.Tokenizer;
import dev.scriptorium.token.Turn;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be said about a prompt before the model sees it: its ids, and how its output will be chosen. Runs
 * off the step loop, because a long prompt takes long to tokenize and a hostile one may take the template down.
 */
final class Preparation {
    /** Log probabilities in one answer, all choices together: some 10 MB. */
    static final int LOGPROBS_MAX = 1 << 18;

    private final ServedModel served;
    private final SamplingResolver resolver;
    private final Forms forms;

    Preparation(ServedModel served) {
        this.served = served;
        this.resolver = new SamplingResolver(served);
        this.forms = new Forms(served);
    }

    /**
     * Ids of a prompt, at least 1, and what was resolved for it.
     *
     * @param form what each of its texts is held to; null for any text
     */
    record Ready(
            int[] promptIds,
            ResolvedSampling sampling,
            @Nullable Automaton form) {
        /** Cache positions of one choice from first to last: prompt and longest possible output. */
        int tokensMax() {
            return promptIds.length + sampling.maxTokens();
        }

        /** Tokens of all choices, of which the prompt is computed once. */
        long tokensOfAll() {
            return promptIds.length + (long) sampling.n() * sampling.maxTokens();
        }

        /** As {@link dev.scriptorium.event.Provenance} has it. */
        String promptDigest() {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * promptIds.length);
            bytes.asIntBuffer().put(promptIds);
            return "sha256:"
                    + HexFormat.of().formatHex(SamplingResolver.sha256().digest(bytes.array()));
        }
    }

    /** A prompt that cannot become text here, in words for its sender. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final ErrorCode code;
        private final String words;
        private final @Nullable String field;

        Refusal(ErrorCode code, String words, @Nullable String field) {
            super(words);
            this.code = code;
            this.words = words;
            this.field = field;
        }

        ErrorCode code() {
            return code;
        }

        String words() {
            return words;
        }

        @Nullable
        String field() {
            return field;
        }
    }

    /** @throws Refusal for whatever is wrong with this prompt; nothing else is thrown but errors of the machine */
    Ready prepare(Prompt prompt) throws Refusal {
        try {
            int[] ids = encode(prompt.input());
            if (ids.length == 0) {
                throw new Refusal(ErrorCode.INVALID_VALUE, "field 'prompt' has text but not one token", "prompt");
            }
            requireKnown(ids);
            ResolvedSampling sampling = resolver.resolve(prompt, ids.length);
            requireRoom(prompt.answer(), ids.length, sampling.maxTokens());
            Automaton form = forms.automaton(prompt.answer().format());
            return new Ready(ids, sampling, form);
        } catch (TemplateException e) {
            throw new Refusal(
                    ErrorCode.TEMPLATE_ERROR,
                    "the chat template of model '%s' refused the messages: %s".formatted(name(), e.getMessage()),
                    "messages");
        } catch (RuntimeException | StackOverflowError e) {
            throw new Refusal(ErrorCode.WORKER_FAILED, "the worker could not turn the prompt into tokens: " + e, null);
        }
    }

    /** Log probabilities are the one part of an answer that can be far longer than its text. */
    static void requireRoom(AnswerSpec answer, int promptTokens, int maxTokens) throws Refusal {
        if (answer.logprobs() == null) {
            return;
        }
        long tokens = (long) answer.n() * (maxTokens + (answer.echo() ? promptTokens : 0));
        long most = tokens * (1 + answer.logprobs());
        if (most > LOGPROBS_MAX) {
            throw new Refusal(
                    ErrorCode.INVALID_VALUE,
                    ("field 'top_logprobs' is %d, which for %d choices of up to %d tokens is %d log probabilities, but"
                                    + " an answer has room for %d")
                            .formatted(answer.logprobs(), answer.n(), tokens / answer.n(), most, LOGPROBS_MAX),
                    "top_logprobs");
        }
    }

    private int[] encode(Input input) throws Refusal {
        return switch (input) {
            case Input.Text text -> encodeText(text);
            case Input.Chat chat -> encodeChat(chat);
        };
    }

    private int[] encodeText(Input.Text text) {
        Tokenizer tokenizer = served.tokenizer();
        int[] ids =
                text.specialTokens() ? tokenizer.encodeWithControlTokens(text.text()) : tokenizer.encode(text.text());
        boolean begun = text.specialTokens() && ids.length > 0 && ids[0] == tokenizer.beginId();
        if (begun || !tokenizer.addsBegin() || tokenizer.beginId() < 0) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = tokenizer.beginId();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    private int[] encodeChat(Input.Chat input) throws Refusal {
        ChatFormat chat = served.chat();
        if (chat == null) {
            throw new Refusal(
                    ErrorCode.TEMPLATE_ERROR,
                    "model '%s' has no chat template, so it takes no messages; send the text as 'prompt'"
                            .formatted(name()),
                    "messages");
        }
        List<Turn> turns = input.messages().stream()
                .map(message -> new Turn(message.role(), message.content()))
                .toList();
        return chat.encode(turns);
    }

    /** An id outside the embedding would fail the step of everybody. */
    private void requireKnown(int[] ids) throws Refusal {
        int vocabularySize = served.model().vocabularySize();
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize) {
                throw new Refusal(
                        ErrorCode.WORKER_FAILED,
                        "the tokenizer gave token %d, but model '%s' knows %d tokens"
                                .formatted(id, name(), vocabularySize),
                        null);
            }
        }
    }

    private String name() {
        return served.provenance().model();
    }
}
