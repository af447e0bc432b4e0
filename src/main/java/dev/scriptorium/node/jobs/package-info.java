/**
 * The commands of those who have a file of prompts: {@code run} on its own, the others on a pipeline that runs
 * somewhere.
 */
@NullMarked
package dev.scriptorium.node.jobs;

import org.jspecify.annotations.NullMarked;
