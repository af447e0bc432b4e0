package dev.scriptorium.pipeline;

import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import java.util.List;
import java.util.Set;

/**
 * Sends prompts to a lane. The first route of the pipeline that takes a prompt wins; a route takes a prompt if every
 * condition holds and its lane serves the prompt's model.
 *
 * @param name for messages and the picture
 * @param when what must hold
 * @param lane the name of the lane it sends to
 */
public record Route(String name, Conditions when, String lane) {
    /**
     * All of these must hold; an empty collection asks for nothing.
     *
     * @param priorities any of these
     * @param models any of these names
     * @param tenants any of these; a pattern may end in {@code *}
     * @param jobs any of these; a pattern may end in {@code *}
     */
    public record Conditions(Set<Priority> priorities, Set<String> models, List<String> tenants, List<String> jobs) {
        /** Takes everything. */
        public static final Conditions NONE = new Conditions(Set.of(), Set.of(), List.of(), List.of());

        public Conditions {
            priorities = Set.copyOf(priorities);
            models = Set.copyOf(models);
            tenants = List.copyOf(tenants);
            jobs = List.copyOf(jobs);
        }

        boolean hold(Prompt prompt, String model) {
            return (priorities.isEmpty() || priorities.contains(prompt.priority()))
                    && (models.isEmpty() || models.contains(model))
                    && matches(tenants, prompt.tenant())
                    && matches(jobs, prompt.request().job());
        }

        private static boolean matches(List<String> patterns, String value) {
            return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> covers(pattern, value));
        }

        /** Whether whatever {@code other}, a value or a pattern, stands for is matched by {@code pattern} too. */
        static boolean covers(String pattern, String other) {
            return pattern.endsWith("*")
                    ? other.startsWith(pattern.substring(0, pattern.length() - 1))
                    : pattern.equals(other);
        }

        /** Whether this takes every tenant and job that {@code other} takes. */
        boolean coverTenantsAndJobsOf(Conditions other) {
            return coversAll(tenants, other.tenants) && coversAll(jobs, other.jobs);
        }

        private static boolean coversAll(List<String> patterns, List<String> others) {
            return patterns.isEmpty()
                    || (!others.isEmpty() && others.stream().allMatch(other -> matches(patterns, other)));
        }
    }
}
