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
import java.util.Optional;
import java.util.Set;

/**
 * Whether no document can be of two branches: they have different types, or different strings, or are objects that each
 * require a property in which they have different strings.
 */
final class Exclusion {
    private Exclusion() {}

    /** @throws UnsupportedSchemaException naming the first two branches of which that cannot be seen */
    static void require(List<Rule> branches, String at) {
        for (int i = 0; i < branches.size(); i++) {
            for (int j = i + 1; j < branches.size(); j++) {
                if (!excludes(branches.get(i), branches.get(j))) {
                    throw new UnsupportedSchemaException(
                            ("%s: branches %d and %d may both accept a document as far as can be seen; give them"
                                + " different types or a required property with different constants, or say anyOf")
                                    .formatted(at, i, j));
                }
            }
        }
    }

    private static boolean excludes(Rule a, Rule b) {
        for (Rule one : leaves(a)) {
            for (Rule other : leaves(b)) {
                if (type(one) == type(other) && !differ(one, other)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean differ(Rule one, Rule other) {
        if (one instanceof Literal mine && other instanceof Literal theirs && type(one) == '"') {
            return !mine.equals(theirs);
        }
        if (one instanceof Literal mine && other instanceof Literal theirs && type(one) == 't') {
            return !mine.equals(theirs);
        }
        return one instanceof Members mine
                && other instanceof Members theirs
                && mine.properties().stream()
                        .filter(Members.Property::required)
                        .anyMatch(property -> theirs.properties().stream()
                                .filter(Members.Property::required)
                                .filter(each -> each.name().equals(property.name()))
                                .anyMatch(each -> constantsDiffer(property.rule(), each.rule())));
    }

    private static boolean constantsDiffer(Rule one, Rule other) {
        Optional<Set<String>> mine = strings(one);
        Optional<Set<String>> theirs = strings(other);
        return mine.isPresent() && theirs.isPresent() && Collections.disjoint(mine.get(), theirs.get());
    }

    /** All strings of a rule that has nothing else. */
    private static Optional<Set<String>> strings(Rule rule) {
        Set<String> all = new HashSet<>();
        for (Rule leaf : leaves(rule)) {
            if (!(leaf instanceof Literal literal) || type(leaf) != '"') {
                return Optional.empty();
            }
            all.add(literal.latin1());
        }
        return Optional.of(all);
    }

    private static List<Rule> leaves(Rule root) {
        List<Rule> leaves = new ArrayList<>();
        Set<Rule> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Rule> open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            Rule rule = open.removeLast();
            if (!seen.add(rule)) {
                continue;
            }
            switch (rule) {
                case AnyOf anyOf -> open.addAll(anyOf.rules());
                case Named named -> open.add(named.target());
                case Members ignored -> leaves.add(rule);
                case Elements ignored -> leaves.add(rule);
                case Literal ignored -> leaves.add(rule);
                case Text ignored -> leaves.add(rule);
                case Whole ignored -> leaves.add(rule);
                case Decimal ignored -> leaves.add(rule);
            }
        }
        return leaves;
    }

    /** The first character of a document that tells its type: all numbers have 0, both booleans t. */
    private static char type(Rule leaf) {
        return switch (leaf) {
            case Text ignored -> '"';
            case Whole ignored -> '0';
            case Decimal ignored -> '0';
            case Members ignored -> '{';
            case Elements ignored -> '[';
            case Literal literal -> {
                char first = literal.latin1().charAt(0);
                yield first == '-' || first >= '0' && first <= '9' ? '0' : first == 'f' ? 't' : first;
            }
            case AnyOf ignored -> throw new IllegalArgumentException("no leaf");
            case Named ignored -> throw new IllegalArgumentException("no leaf");
        };
    }
}
