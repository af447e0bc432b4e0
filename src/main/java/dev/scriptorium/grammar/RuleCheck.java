package dev.scriptorium.grammar;

import dev.scriptorium.grammar.Rule.AnyOf;
import dev.scriptorium.grammar.Rule.Decimal;
import dev.scriptorium.grammar.Rule.Elements;
import dev.scriptorium.grammar.Rule.Literal;
import dev.scriptorium.grammar.Rule.Members;
import dev.scriptorium.grammar.Rule.Named;
import dev.scriptorium.grammar.Rule.Text;
import dev.scriptorium.grammar.Rule.Whole;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Looks at all rules of a grammar together: every one must have a finite document, because a text that has come into
 * one that has none could never end; and none may lead to itself without a byte, because it would never begin.
 */
final class RuleCheck {
    /** In the order in which they are found, so that always the same one is told of. */
    private final List<Rule> all = new ArrayList<>();

    private final Set<Rule> finite = Collections.newSetFromMap(new IdentityHashMap<>());

    private RuleCheck() {}

    static void check(Rule root) {
        RuleCheck check = new RuleCheck();
        check.collect(root);
        check.requireBeginnings();
        check.requireEnds();
    }

    private void collect(Rule root) {
        Set<Rule> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Rule> open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            Rule rule = open.removeLast();
            if (seen.add(rule)) {
                all.add(rule);
                open.addAll(parts(rule));
            }
        }
    }

    private static List<Rule> parts(Rule rule) {
        return switch (rule) {
            case AnyOf anyOf -> anyOf.rules();
            case Named named -> List.of(named.target());
            case Members members -> {
                List<Rule> parts = new ArrayList<>();
                members.properties().forEach(property -> parts.add(property.rule()));
                if (members.additional() != null) {
                    parts.add(members.additional());
                }
                yield parts;
            }
            case Elements elements -> {
                List<Rule> parts = new ArrayList<>(elements.first());
                if (elements.rest() != null) {
                    parts.add(elements.rest());
                }
                yield parts;
            }
            case Literal ignored -> List.of();
            case Text ignored -> List.of();
            case Whole ignored -> List.of();
            case Decimal ignored -> List.of();
        };
    }

    private void requireBeginnings() {
        Set<Rule> done = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Rule rule : all) {
            walk(rule, new HashSet<>(), done);
        }
    }

    private void walk(Rule rule, Set<Rule> path, Set<Rule> done) {
        List<Rule> same = switch (rule) {
            case AnyOf anyOf -> anyOf.rules();
            case Named named -> List.of(named.target());
            case Members ignored -> List.<Rule>of();
            case Elements ignored -> List.<Rule>of();
            case Literal ignored -> List.<Rule>of();
            case Text ignored -> List.<Rule>of();
            case Whole ignored -> List.<Rule>of();
            case Decimal ignored -> List.<Rule>of();
        };
        if (same.isEmpty() || done.contains(rule)) {
            return;
        }
        if (!path.add(rule)) {
            String name = rule instanceof Named named ? "'" + named.name() + "'" : "a part of it";
            throw new UnsupportedSchemaException(name + " refers to itself and to nothing else first");
        }
        for (Rule next : same) {
            walk(next, path, done);
        }
        path.remove(rule);
        done.add(rule);
    }

    private void requireEnds() {
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Rule rule : all) {
                if (!finite.contains(rule) && isFinite(rule)) {
                    finite.add(rule);
                    grew = true;
                }
            }
        }
        for (Rule rule : all) {
            if (!finite.contains(rule)) {
                String name = rule instanceof Named named ? "'" + named.name() + "'" : "a part of the schema";
                throw new UnsupportedSchemaException(
                        name + " has no finite document: it always needs another of itself");
            }
        }
    }

    private boolean isFinite(Rule rule) {
        return switch (rule) {
            case AnyOf anyOf -> anyOf.rules().stream().anyMatch(finite::contains);
            case Named named -> finite.contains(named.target());
            case Members members ->
                members.properties().stream()
                        .filter(Members.Property::required)
                        .allMatch(property -> finite.contains(property.rule()));
            case Elements elements -> {
                boolean ends = true;
                for (int i = 0; i < elements.countMin(); i++) {
                    Rule next = elements.next(i);
                    ends &= next != null && finite.contains(next);
                    if (i >= elements.first().size()) {
                        break;
                    }
                }
                yield ends;
            }
            case Literal ignored -> true;
            case Text ignored -> true;
            case Whole ignored -> true;
            case Decimal ignored -> true;
        };
    }
}
