package dev.scriptorium.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jinja as chat templates use it, and as those use it who mean harm. */
class ChatTemplateTest {
    private static final Map<String, Object> VARIABLES = Map.of(
            "messages",
            List.of(
                    Map.of("role", "system", "content", " Be brief. "),
                    Map.of("role", "user", "content", "Hi {{ 1 + 1 }}"),
                    Map.of("role", "assistant", "content", "Hello")),
            "bos_token",
            "<s>",
            "eos_token",
            "</s>",
            "add_generation_prompt",
            true);

    private static String render(String template) {
        return new ChatTemplate(template).render(VARIABLES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            value = {
                "{{ messages[0]['role'] }}{{ messages[1].role }} => systemuser",
                "{{ messages[1:][0]['role'] }} => user",
                "{{ messages[-1]['role'] }} => assistant",
                "{{ messages[0]['content'] | trim }}. => Be brief..",
                "{{ messages[0].content.strip() + '!' }} => Be brief.!",
                "{{ messages | length }} => 3",
                "{% for m in messages %}{{ loop.index0 }}{{ loop.first }}{{ loop.last }} {% endfor %}. "
                        + "=> 0truefalse 1falsefalse 2falsetrue .",
                "{% if not loop_messages is defined and 'user' == messages[1].role %}yes{% endif %} => yes",
                "{% if messages[0]['role'] == 'system' and 1 != 2 or false %}a{% else %}b{% endif %} => a",
                "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}"
                        + " => 3",
                "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}. => <|assistant|>\\n.",
                "{{ messages[1].content }} => Hi {{ 1 + 1 }}",
                "{{ undefined_thing }}. => .",
                "{{ messages[0].get('name', 'nobody') }} => nobody",
                "{{ 'a,b'.split(',')[1] }} => b",
                "{{ 'abc'.startswith('ab') }} => true",
                "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ twice('ab') }} => abab",
                "{{ '<s>' ~ 1 }} => <s>1",
                "{{ 'x' if messages[0].role == 'user' else 'y' }} => y",
                "{%- for m in messages -%} {{ m.role }}; {%- endfor -%} => system;user;assistant;",
                "{{ messages[0].content | trim | replace('brief', 'long') | upper }} => BE LONG.",
                "{% if messages[0].content is string and messages is not string %}yes{% endif %} => yes",
                "{% if 'user' in ['user', 'tool'] %}yes{% endif %} => yes",
            })
    void rendersAsJinja2(String template, String expected) {
        // When
        String text = render(template);

        // Then
        assertThat(text).isEqualTo(expected.replace("\\n", "\n"));
    }

    @Test
    void blocksTakeTheirLineWithThem() {
        // Given
        String template =
                "{% for m in messages %}\n    {% if m.role == 'user' %}\n{{ m.role }}\n    {% endif %}\n{% endfor %}\n";

        // When
        String text = render(template);

        // Then
        assertThat(text).isEqualTo("user\n");
    }

    @Test
    void refusalHasTheWordsOfTheTemplate() {
        assertThatThrownBy(() -> render("a{% if true %}{{ raise_exception('Only user roles, please!') }}{% endif %}"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("Only user roles, please!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}x{% endfor %}{%"
                        + " endfor %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% set q = 1 %}{%"
                        + " endfor %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{"
                        + " ns.x }}",
                "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{"
                        + " ns.x }}",
                "{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{"
                        + " ns.x }}",
                "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{{ 'x'.repeat(1000000000) }}",
                "{{ 'x'.getClass() }}",
                "{{ messages.getClass().forName('java.lang.Runtime') }}",
                "{{ messages.clear() }}",
                "{{ messages[0].put('role', 'x') }}",
                "{% include '/etc/passwd' %}",
                "{% import '/etc/passwd' as p %}",
                "{{ unixtimestamp() }}",
                "{{ [1, 2, 3] | random }}",
                "{{ 'x' | center(1000000000) }}",
                "{{ '%999999999d' | format(1) }}",
                "{% for a in range(3) %}",
                "{% for m in messages if m.role == 'user' %}x{% endfor %}",
                "{{ 'unclosed }}",
                "{{ ____int3rpr3t3r____ }}",
                "{{ ____int3rpr3t3r____.getConfig() }}",
                "{{ '{{ 1 }}' | render }}",
                "{{ nosuchfunction('x') }}",
                "{{ messages[0].content.nosuchmethod() }}",
                "{{ 9 ** 9 ** 9 ** 9 }}",
                "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')"
                        + " | length }}",
            })
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void hostileTemplatesNeitherRunAwayNorReachTheMachine(String template) {
        // When
        String outcome;
        try {
            outcome = "rendered " + render(template).length();
        } catch (TemplateException e) {
            outcome = e.getMessage();
        }

        // Then
        assertThat(outcome).doesNotContain("root:", "java.lang");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ unixtimestamp() }}",
                "{{ today() }}",
                "{{ [1, 2, 3] | random }}",
                "{{ 'x'.repeat(9) }}",
                "{{ 'x'.getClass() }}",
                "{{ messages.clear() }}",
                "{{ ____int3rpr3t3r____.getConfig() }}",
                "{% include '/etc/passwd' %}",
                "{% for m in messages if m.role == 'user' %}x{% endfor %}",
                "{{ nosuchfunction('x') }}",
            })
    void whatTemplatesMayNotDoIsRefused(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
    }

    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void deeplyNestedTemplatesAreRefused() {
        String deep = "{% if true %}".repeat(20_000) + "x" + "{% endif %}".repeat(20_000);
        String brackets = "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}";

        assertThatThrownBy(() -> render(deep)).isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> render(brackets)).isInstanceOf(TemplateException.class);
    }
}
