package dev.scriptorium.token;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A chat template of Hugging Face, a Jinja text, for one tokenizer. Safe to share between threads.
 *
 * <p>Control tokens come from the template alone. Wherever untrusted text could begin or end the spelling of one, a
 * character that occurs nowhere else is put into the spelling before the template runs, and taken out again after the
 * control tokens were found. It stands beside characters that are no white space, so the template's own trimming sees
 * the same text.
 */
public final class JinjaChatFormat implements ChatFormat {
    /** Characters that Unicode promises never to assign, then those for private use. */
    private static final int[] MARKS = IntStream.concat(
                    IntStream.rangeClosed(0xFDD0, 0xFDEF), IntStream.rangeClosed(0xE000, 0xF8FF))
            .toArray();

    private final BpeTokenizer tokenizer;
    private final ChatTemplate template;
    private final String beginToken;
    private final String endToken;
    private final String firsts; // characters that control tokens begin with
    private final String lasts; // characters that control tokens end with

    /**
     * @param template as tokenizer_config.json has it
     * @param endToken the spelling of the end token, or empty if there is none
     */
    public JinjaChatFormat(BpeTokenizer tokenizer, String template, String endToken) {
        this.tokenizer = tokenizer;
        this.template = new ChatTemplate(template);
        this.beginToken = tokenizer.beginId() < 0 ? "" : tokenizer.piece(tokenizer.beginId());
        this.endToken = endToken;
        this.firsts = tokenizer.controlSpellings().stream()
                .map(spelling -> spelling.substring(0, 1))
                .distinct()
                .collect(Collectors.joining());
        this.lasts = tokenizer.controlSpellings().stream()
                .map(spelling -> spelling.substring(spelling.length() - 1))
                .distinct()
                .collect(Collectors.joining());
    }

    @Override
    public int[] encode(List<Turn> turns) {
        String mark = unusedMark(turns);
        int[] ids = tokenizer.encodeTrusted(render(turns, mark), mark);
        int begin = tokenizer.beginId();
        if (begin < 0) {
            return ids;
        }
        int own = 0;
        while (own < ids.length && ids[own] == begin) {
            own++;
        }
        return IntStream.concat(IntStream.of(begin), IntStream.of(ids).skip(own))
                .toArray();
    }

    /** The text of the chat, with the mark where untrusted text has parts of a control token. */
    String render(List<Turn> turns, String mark) {
        List<Map<String, Object>> messages =
                turns.stream().map(turn -> message(turn, mark)).toList();
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages);
        variables.put("bos_token", beginToken);
        variables.put("eos_token", endToken);
        variables.put("add_generation_prompt", true);
        return template.render(variables);
    }

    private Map<String, Object> message(Turn turn, String mark) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", turn.role());
        message.put("content", disarm(turn.content(), mark));
        return message;
    }

    private String unusedMark(List<Turn> turns) {
        for (int mark : MARKS) {
            if (!template.uses(mark)
                    && turns.stream().allMatch(turn -> turn.content().indexOf(mark) < 0)) {
                return Character.toString(mark);
            }
        }
        throw new TemplateException("the messages use every character of the private use area of Unicode");
    }

    /**
     * Puts the mark behind every character that control tokens begin with and before every one that they end with. So
     * no spelling can begin in this text, and none can end in it, even where the template goes on right beside it.
     */
    private String disarm(String content, String mark) {
        StringBuilder disarmed = new StringBuilder(content.length() + 16);
        for (int at = 0; at < content.length(); at++) {
            char character = content.charAt(at);
            disarmed.append(lasts.indexOf(character) >= 0 ? mark : "").append(character);
            disarmed.append(firsts.indexOf(character) >= 0 ? mark : "");
        }
        return disarmed.toString();
    }
}
