package dev.scriptorium.token;

import com.hubspot.jinjava.el.TypeConvertingMapELResolver;
import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.el.ext.JinjavaListELResolver;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.util.ForLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import jinjava.javax.el.ArrayELResolver;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * What a chat template may do with values: read maps, lists and the state of its loops, and call those methods of
 * Python's {@code str} and {@code dict} that chat templates use. No Java method can be called.
 */
final class TemplateValues extends CompositeELResolver {
    TemplateValues() {
        add(new PythonMethods());
        add(new ArrayELResolver(true));
        add(new JinjavaListELResolver(true));
        add(new TypeConvertingMapELResolver(true));
        add(new LoopState());
    }

    /** {@code loop.index0} and its siblings, and what the library does itself. */
    private static final class LoopState extends JinjavaBeanELResolver {
        LoopState() {
            super(true);
        }

        @Override
        public @Nullable Object getValue(ELContext context, Object base, Object property) {
            return base instanceof ForLoop ? super.getValue(context, base, property) : null;
        }

        /** The library calls its own filters and tests this way. */
        @Override
        public @Nullable Object invoke(
                ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
            return base instanceof Importable ? super.invoke(context, base, method, types, arguments) : null;
        }
    }

    private static final class PythonMethods extends ELResolver {
        @Override
        public @Nullable Object invoke(
                ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
            if (base instanceof Importable) {
                return null;
            }
            context.setPropertyResolved(true);
            String name = method + "/" + arguments.length;
            Object result = switch (base) {
                case String text -> ofString(text, name, arguments);
                case Map<?, ?> map -> ofMap(map, name, arguments);
                case null, default -> null;
            };
            if (result == null && !name.equals("get/1")) {
                throw new TemplateException("the chat template calls the method '" + method + "' with "
                        + arguments.length + " arguments, which is not supported");
            }
            return result;
        }

        private static @Nullable Object ofString(String text, String name, Object[] arguments) {
            return switch (name) {
                case "strip/0" -> stripLeft(stripRight(text, null), null);
                case "strip/1" -> stripLeft(stripRight(text, text(arguments[0])), text(arguments[0]));
                case "lstrip/0" -> stripLeft(text, null);
                case "lstrip/1" -> stripLeft(text, text(arguments[0]));
                case "rstrip/0" -> stripRight(text, null);
                case "rstrip/1" -> stripRight(text, text(arguments[0]));
                case "startswith/1" -> text.startsWith(text(arguments[0]));
                case "endswith/1" -> text.endsWith(text(arguments[0]));
                case "upper/0" -> text.toUpperCase(Locale.ROOT);
                case "lower/0" -> text.toLowerCase(Locale.ROOT);
                case "capitalize/0" -> capitalized(text);
                case "title/0" -> titled(text);
                case "split/0" -> new ArrayList<>(List.of(text.strip().split("\\s+", -1)));
                case "split/1" -> new ArrayList<>(List.of(text.split(Pattern.quote(text(arguments[0])), -1)));
                default -> null;
            };
        }

        private static @Nullable Object ofMap(Map<?, ?> map, String name, Object[] arguments) {
            return switch (name) {
                case "get/1" -> map.get(arguments[0]);
                case "get/2" -> map.containsKey(arguments[0]) ? map.get(arguments[0]) : arguments[1];
                case "keys/0" -> new ArrayList<>(map.keySet());
                case "values/0" -> new ArrayList<>(map.values());
                case "items/0" -> {
                    List<Object> items = new ArrayList<>();
                    map.forEach((key, value) -> items.add(new ArrayList<>(List.of(key, value))));
                    yield items;
                }
                default -> null;
            };
        }

        private static String text(Object argument) {
            return String.valueOf(argument);
        }

        /** @param characters to strip, or null for white space as Python sees it */
        private static String stripLeft(String text, @Nullable String characters) {
            int start = 0;
            while (start < text.length() && strips(text.charAt(start), characters)) {
                start++;
            }
            return text.substring(start);
        }

        private static String stripRight(String text, @Nullable String characters) {
            int end = text.length();
            while (end > 0 && strips(text.charAt(end - 1), characters)) {
                end--;
            }
            return text.substring(0, end);
        }

        private static boolean strips(char character, @Nullable String characters) {
            return characters != null
                    ? characters.indexOf(character) >= 0
                    : Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\u0085';
        }

        private static String capitalized(String text) {
            return text.isEmpty()
                    ? text
                    : text.substring(0, 1).toUpperCase(Locale.ROOT)
                            + text.substring(1).toLowerCase(Locale.ROOT);
        }

        private static String titled(String text) {
            StringBuilder titled = new StringBuilder(text.length());
            boolean inWord = false;
            for (char character : text.toCharArray()) {
                titled.append(inWord ? Character.toLowerCase(character) : Character.toUpperCase(character));
                inWord = Character.isLetter(character);
            }
            return titled.toString();
        }

        @Override
        public @Nullable Object getValue(ELContext context, Object base, Object property) {
            return null;
        }

        @Override
        public @Nullable Class<?> getType(ELContext context, Object base, Object property) {
            return null;
        }

        @Override
        public void setValue(ELContext context, Object base, Object property, Object value) {}

        @Override
        public boolean isReadOnly(ELContext context, Object base, Object property) {
            return true;
        }

        @Override
        public @Nullable Class<?> getCommonPropertyType(ELContext context, Object base) {
            return null;
        }

        @Override
        public java.util.@Nullable Iterator<java.beans.FeatureDescriptor> getFeatureDescriptors(
                ELContext context, Object base) {
            return null;
        }
    }
}
