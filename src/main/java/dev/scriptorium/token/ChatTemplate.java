package dev.scriptorium.token;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.OutputTooBigException;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Jinja text from a model's files, which nobody has vetted: it runs with limits on steps, output and nesting, reaches
 * no file, no clock and no Java method, and its answer depends on its variables alone. Whitespace is handled as
 * Transformers sets it ({@code trim_blocks}, {@code lstrip_blocks}).
 */
final class ChatTemplate {
    private static final int TEMPLATE_CHARACTERS_MAX = 1 << 18;
    private static final int BRACKET_DEPTH_MAX = 100; // the library's parser takes the cube of it in time
    private static final int OUTPUT_CHARACTERS_MAX = 16 << 20;
    private static final int STEPS_MAX = 200_000; // nodes of the template rendered, loops counted each time
    private static final int RENDER_DEPTH_MAX = 32;
    private static final int MACRO_DEPTH_MAX = 32;
    private static final int ITEMS_MAX = 100_000;

    private static final Map<Library, Set<String>> DISABLED = Map.of(
            Library.TAG,
            Set.of("include", "import", "from", "extends", "block", "cycle", "ifchanged", "autoescape", "unless"),
            Library.FUNCTION,
            // The colon stands after the empty prefix of a function without one.
            Set.of(
                    ":unixtimestamp",
                    ":today",
                    ":strtotime",
                    ":strtodate",
                    ":format_date",
                    ":format_time",
                    ":format_datetime",
                    ":datetimeformat",
                    ":super"),
            Library.FILTER,
            Set.of(
                    "random",
                    "shuffle",
                    "log",
                    "render",
                    "fromjson",
                    "fromyaml",
                    "toyaml",
                    "pprint",
                    "md5",
                    "ipaddr",
                    "ipv4",
                    "ipv6",
                    "datetimeformat",
                    "unixtimestamp",
                    "strtotime",
                    "strtodate",
                    "urlize",
                    "regex_replace",
                    "format_date",
                    "format_time",
                    "format_datetime",
                    "minus_time",
                    "plus_time",
                    "between_times",
                    "center",
                    "indent",
                    "format"));

    /** The library keeps old habits unless told otherwise; templates are written for Jinja2. */
    private static final LegacyOverrides AS_JINJA2 = LegacyOverrides.newBuilder()
            .withEvaluateMapKeys(true)
            .withIterateOverMapKeys(true)
            .withUsePyishObjectMapper(true)
            .withUseNaturalOperatorPrecedence(true)
            .withParseWhitespaceControlStrictly(true)
            .withUseTrimmingForNotesAndExpressions(true)
            .withKeepNullableLoopValues(true)
            .withHandleBackslashInQuotesOnly(true)
            .build();

    private static final Pattern BLOCK_INDENT = Pattern.compile("(?m)^[ \\t]+(?=\\{[%#](?!\\+))");
    private static final Pattern BLOCK_LINE_END = Pattern.compile("([%#]\\})\\n");
    /** {@code not x is …}, which the library reads as {@code (not x) is …}. */
    private static final Pattern NEGATED_TEST =
            Pattern.compile("\\bnot\\s+(\\w+(?:\\.\\w+|\\[[^\\]]*\\]){0,9}\\s+is\\s+(?:not\\s+)?\\w+)");

    private static final Pattern FILTERED_LOOP = Pattern.compile("\\{%[-+]?\\s*for\\s[^%]*\\sif\\s");

    private final String text;
    private final String noun;
    private final boolean strict;
    private final Jinjava jinjava;

    ChatTemplate(String text) {
        this(text, "chat template", false);
    }

    /**
     * @param noun what messages call it
     * @param strict whether a variable that is not there is an error, and not an empty text
     */
    ChatTemplate(String text, String noun, boolean strict) {
        this.noun = noun;
        this.strict = strict;
        this.jinjava = new Jinjava(config(() -> {}));
        this.text = withNegationsAsJinja2(withoutBlockLines(text));
        jinjava.setResourceLocator((name, encoding, interpreter) -> {
            throw new TemplateException("templates read no files");
        });
        jinjava.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "raise", String.class));
        jinjava.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "strftime_now", FixedDate.class, "format", String.class));
    }

    /**
     * The template without the white space that trim_blocks and lstrip_blocks take: the library would also take a space
     * between a text and a block on its line.
     */
    private static String withoutBlockLines(String template) {
        String closed = template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
        String unindented = BLOCK_INDENT.matcher(closed).replaceAll("");
        return BLOCK_LINE_END.matcher(unindented).replaceAll("$1");
    }

    private static String withNegationsAsJinja2(String template) {
        StringBuilder rewritten = new StringBuilder(template.length());
        Matcher negated = NEGATED_TEST.matcher(template).useTransparentBounds(true);
        boolean inBlock = false;
        char quote = 0; // that opened the string we are in, or 0
        for (int at = 0; at < template.length(); at++) {
            char character = template.charAt(at);
            if (!inBlock) {
                inBlock = template.startsWith("{%", at) || template.startsWith("{{", at);
            } else if (quote != 0) {
                if (character == '\\' && at + 1 < template.length()) {
                    rewritten.append(character);
                    character = template.charAt(++at);
                } else if (character == quote) {
                    quote = 0;
                }
            } else if (character == '\'' || character == '"') {
                quote = character;
            } else if (template.startsWith("%}", at) || template.startsWith("}}", at)) {
                inBlock = false;
            } else if (character == 'n' && negated.region(at, template.length()).lookingAt()) {
                rewritten.append("not (").append(negated.group(1)).append(')');
                at = negated.end() - 1;
                continue;
            }
            rewritten.append(character);
        }
        return rewritten.toString();
    }

    /** What {@code raise_exception} calls; public because the library calls it by reflection. */
    public static @Nullable Object raise(String message) {
        throw new TemplateException(message);
    }

    /** Whether the template itself has this character. */
    boolean uses(int character) {
        return text.indexOf(character) >= 0;
    }

    String render(Map<String, Object> variables) {
        if (text.length() > TEMPLATE_CHARACTERS_MAX) {
            throw new TemplateException("the " + noun + " has " + text.length() + " characters, but at most "
                    + TEMPLATE_CHARACTERS_MAX + " are run");
        }
        if (bracketDepth() > BRACKET_DEPTH_MAX) {
            throw new TemplateException(
                    "the " + noun + " has brackets nested more than " + BRACKET_DEPTH_MAX + " deep");
        }
        if (FILTERED_LOOP.matcher(text).find()) {
            throw new TemplateException(
                    "the " + noun + " has a loop with a condition ({% for … if … %}), which is not supported");
        }
        int[] steps = {0};
        JinjavaConfig counting = config(() -> {
            if (++steps[0] > STEPS_MAX) {
                throw new OutputTooBigException(STEPS_MAX, steps[0]);
            }
        });
        RenderResult result;
        try {
            result = jinjava.renderForResult(text, variables, counting);
        } catch (StackOverflowError e) {
            throw new TemplateException("the " + noun + " is nested too deeply");
        } catch (RuntimeException e) {
            throw refusal(e, String.valueOf(e.getMessage()));
        }
        for (TemplateError error : result.getErrors()) {
            if (steps[0] > STEPS_MAX) {
                throw new TemplateException("the " + noun + " takes more than " + STEPS_MAX + " steps");
            }
            if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
                throw refusal(error.getException(), "line " + error.getLineno() + ": " + error.getMessage());
            }
        }
        return result.getOutput();
    }

    /** How many brackets are open at most, in text and expressions together. */
    private int bracketDepth() {
        int depth = 0;
        int most = 0;
        for (int at = 0; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '(', '[', '{' -> most = Math.max(most, ++depth);
                case ')', ']', '}' -> depth = Math.max(0, depth - 1);
                default -> {}
            }
        }
        return most;
    }

    /** The template's own words, if it was the one to refuse. */
    private TemplateException refusal(@Nullable Throwable thrown, String otherwise) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof TemplateException own) {
                return own;
            }
        }
        return new TemplateException("the " + noun + " cannot be rendered: " + otherwise);
    }

    private JinjavaConfig config(Runnable step) {
        return JinjavaConfig.newBuilder()
                .withLegacyOverrides(AS_JINJA2)
                .withTrimBlocks(false)
                .withLstripBlocks(false)
                .withKeepTrailingNewline(true)
                .withFailOnUnknownTokens(strict)
                .withNestedInterpretationEnabled(false)
                .withDisabled(DISABLED)
                .withElResolver(new TemplateValues())
                .withMaxOutputSize(OUTPUT_CHARACTERS_MAX)
                .withMaxStringLength(OUTPUT_CHARACTERS_MAX)
                .withMaxListSize(ITEMS_MAX)
                .withMaxMapSize(ITEMS_MAX)
                .withRangeLimit(ITEMS_MAX)
                .withMaxRenderDepth(RENDER_DEPTH_MAX)
                .withMaxMacroRecursionDepth(MACRO_DEPTH_MAX)
                .withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor((node, interpreter) -> step.run())
                        .build())
                .build();
    }
}
