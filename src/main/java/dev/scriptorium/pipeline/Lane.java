package dev.scriptorium.pipeline;

import dev.scriptorium.event.Priority;

/**
 * A queue of prompts for one model and one class of service; each is a topic of its own.
 *
 * @param name as routes and completions know it
 * @param model the name of the model that serves it
 * @param service interactive lanes go before bulk lanes of the same model
 * @param sharePercent of a worker's room that a bulk lane keeps even while interactive prompts wait, 1 to 100, so that
 *     bulk work never starves; 100 for interactive lanes
 * @param spillAfter how many prompts that begin alike lie on one of its partitions, and so with one worker, before
 *     others take some, at least 1
 * @param topic where its prompts wait
 */
public record Lane(String name, String model, Priority service, int sharePercent, int spillAfter, TopicSpec topic) {}
