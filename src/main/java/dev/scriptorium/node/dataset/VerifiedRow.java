package dev.scriptorium.node.dataset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.SeedRow;

/**
 * A row of a dataset's file, as far as it can be made again.
 *
 * @param sampling as the row has it, under the names of request fields
 */
record VerifiedRow(
        String id,
        RowKey key,
        String prompt,
        String text,
        SeedRow seed,
        String templateVersion,
        String weightsDigest,
        ObjectNode sampling) {}
