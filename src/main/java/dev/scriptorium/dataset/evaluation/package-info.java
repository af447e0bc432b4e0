/**
 * How good a model is: questions with several answers, scored by how likely the model holds each, as EleutherAI's
 * lm-evaluation-harness does it. Functions of questions and log likelihoods; no model, no Kafka.
 */
@NullMarked
package dev.scriptorium.dataset.evaluation;

import org.jspecify.annotations.NullMarked;
