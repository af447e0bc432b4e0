package dev.scriptorium.wire;

import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of what somebody asked for. It is kept for as long as a request id is remembered, so it must not change when
 * the program does: only what was said goes in, each as name and values with their lengths, so a field that a later
 * version adds changes nothing for those who do not use it. Its golden test holds this.
 */
final class ContentDigest {
    private final MessageDigest digest;

    private ContentDigest(MessageDigest digest) {
        this.digest = digest;
    }

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    static String of(Prompt prompt) {
        ContentDigest content = new ContentDigest(sha256());
        content.add("job", prompt.request().job());
        content.add("id", prompt.request().id());
        content.add("tenant", prompt.tenant());
        content.add("model", prompt.model());
        switch (prompt.input()) {
            case Input.Text text -> content.add("prompt", text.text());
            case Input.Chat chat -> {
                for (Message message : chat.messages()) {
                    content.add("message", message.role(), message.content());
                }
            }
        }
        content.add(prompt.sampling());
        content.add("priority", prompt.priority().name());
        content.add("deadline", prompt.deadline());
        new TreeMap<>(prompt.metadata()).forEach((key, value) -> content.add("metadata", key, value));
        return HexFormat.of().formatHex(content.digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void add(Sampling sampling) {
        add("max_tokens", sampling.maxTokens());
        add("max_length", sampling.maxLength());
        add("temperature", sampling.temperature());
        add("top_k", sampling.topK());
        add("top_p", sampling.topP());
        add("min_p", sampling.minP());
        add("repetition_penalty", sampling.repetitionPenalty());
        add("frequency_penalty", sampling.frequencyPenalty());
        add("presence_penalty", sampling.presencePenalty());
        add("seed", sampling.seed());
        List<String> stop = sampling.stop();
        if (stop != null) {
            add("stop", stop.toArray(String[]::new));
        }
    }

    private void add(String name, @Nullable Object value) {
        if (value != null) {
            add(name, new String[] {value.toString()});
        }
    }

    private void add(String name, String... values) {
        add(name);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, values.length));
        for (String value : values) {
            add(value);
        }
    }

    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
