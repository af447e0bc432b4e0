package dev.scriptorium.token;

import dev.scriptorium.token.AddedTokens.AddedToken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A chat template of Hugging Face, a Jinja text, for one tokenizer. Safe to share between threads.
 *
 * <p>Control tokens come from the template alone. Wherever untrusted text could begin or end the spelling of one, a
 * character that occurs nowhere else is put into the spelling before the template runs, and taken out again after the
 * control tokens were found. It stands beside characters that are no white space, so the template's own trimming sees
 * the same text. A template that looks into the text for such characters would write another chat; it is run again on
 * text that is marked only where a whole spelling stands, or a part of one at its borders.
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
        List<String> spellings = tokenizer.controlTokens().tokens().stream()
                .map(AddedToken::spelling)
                .toList();
        this.firsts = spellings.stream()
                .map(spelling -> spelling.substring(0, 1))
                .distinct()
                .collect(Collectors.joining());
        this.lasts = spellings.stream()
                .map(spelling -> spelling.substring(spelling.length() - 1))
                .distinct()
                .collect(Collectors.joining());
    }

    @Override
    public int[] encode(List<Turn> turns) {
        String mark = unusedMark(turns);
        int[] ids = tokenizer.encodeTrusted(renderMarked(turns, mark), mark);
        int begin = tokenizer.beginId();
        int own = 0;
        while (own < ids.length && ids[own] == begin) {
            own++;
        }
        return own == 0 && !tokenizer.addsBegin()
                ? ids
                : IntStream.concat(IntStream.of(begin), IntStream.of(ids).skip(own))
                        .toArray();
    }

    /** The text of the chat, with the mark where untrusted text has parts of a control token. */
    private String renderMarked(List<Turn> turns, String mark) {
        String marked = render(turns.stream()
                .map(turn -> new Turn(turn.role(), markedEverywhere(turn.content(), mark)))
                .toList());
        if (marked.contains(mark) && !marked.replace(mark, "").equals(render(turns))) {
            return render(turns.stream()
                    .map(turn -> new Turn(turn.role(), markedWhereNeeded(turn.content(), mark)))
                    .toList());
        }
        return marked;
    }

    /** The text of the chat as the template writes it. */
    String render(List<Turn> turns) {
        List<Map<String, Object>> messages =
                turns.stream().map(JinjaChatFormat::message).toList();
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages);
        variables.put("bos_token", beginToken);
        variables.put("eos_token", endToken);
        variables.put("add_generation_prompt", true);
        return template.render(variables);
    }

    private static Map<String, Object> message(Turn turn) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", turn.role());
        message.put("content", turn.content());
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
    private String markedEverywhere(String content, String mark) {
        StringBuilder marked = new StringBuilder(content.length() + 16);
        for (int at = 0; at < content.length(); at++) {
            char character = content.charAt(at);
            marked.append(lasts.indexOf(character) >= 0 ? mark : "").append(character);
            marked.append(firsts.indexOf(character) >= 0 ? mark : "");
        }
        return marked.toString();
    }

    /**
     * Puts the mark into every spelling that stands here, and into what may begin or end one at the borders of the
     * text, which are inside the white space that a template may trim.
     */
    private String markedWhereNeeded(String content, String mark) {
        int start = content.length() - content.stripLeading().length();
        int end = content.stripTrailing().length();
        StringBuilder marked = new StringBuilder(content.length() + 16);
        for (int at = 0; at < content.length(); at++) {
            boolean endsOne = at >= start
                    && at - start < AddedToken.SPELLING_CHARACTERS_MAX
                    && isPart(content.substring(start, at + 1), String::endsWith);
            boolean beginsOne = tokenizer.controlTokens().find(content, at, true) != null
                    || at < end
                            && end - at < AddedToken.SPELLING_CHARACTERS_MAX
                            && isPart(content.substring(at, end), String::startsWith);
            marked.append(endsOne ? mark : "").append(content.charAt(at)).append(beginsOne ? mark : "");
        }
        return marked.toString();
    }

    private boolean isPart(String text, BiPredicate<String, String> at) {
        return tokenizer.controlTokens().tokens().stream()
                .map(AddedToken::spelling)
                .anyMatch(spelling -> spelling.length() > text.length() && at.test(spelling, text));
    }
}
