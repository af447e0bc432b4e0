/**
 * The commands that run until they are stopped, {@code serve} and its parts alone, and how each part is put together.
 *
 * <p>{@link dev.scriptorium.node.service.Services} is what one process runs; the options here are those that more than
 * one command has.
 */
@NullMarked
package dev.scriptorium.node.service;

import org.jspecify.annotations.NullMarked;
