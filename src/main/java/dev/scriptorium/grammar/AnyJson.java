package dev.scriptorium.grammar;

import dev.scriptorium.grammar.Rule.AnyOf;
import dev.scriptorium.grammar.Rule.Decimal;
import dev.scriptorium.grammar.Rule.Elements;
import dev.scriptorium.grammar.Rule.Literal;
import dev.scriptorium.grammar.Rule.Members;
import dev.scriptorium.grammar.Rule.Named;
import dev.scriptorium.grammar.Rule.Text;
import java.util.List;

/** JSON without a schema. */
final class AnyJson {
    static final Text STRING = new Text(0, Text.UNBOUNDED, Dfa.ANY);
    static final Rule NULL = new Literal("null");
    static final Rule BOOLEAN = new AnyOf(List.of(new Literal("true"), new Literal("false")));

    private AnyJson() {}

    static Rule value() {
        Named any = new Named("any value");
        any.define(new AnyOf(List.of(STRING, new Decimal(true), BOOLEAN, NULL, objectOf(any), arrayOf(any))));
        return any;
    }

    static Rule object() {
        return objectOf(value());
    }

    private static Rule objectOf(Rule value) {
        return new Members(List.of(), value);
    }

    private static Rule arrayOf(Rule value) {
        return new Elements(List.of(), value, 0, Text.UNBOUNDED);
    }
}
