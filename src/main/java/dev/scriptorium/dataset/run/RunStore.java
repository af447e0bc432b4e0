package dev.scriptorium.dataset.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one recipe's run must not forget. */
public interface RunStore {
    Progress progress();

    void put(Progress progress);

    /** A seed row as one line of JSON. */
    String seed(long index);

    @Nullable
    Pending pending(long number);

    void put(Pending pending);

    void forget(Pending pending);

    /** The numbers of rows that were put off to this slot, in their order. */
    List<Long> putOffTo(long slot);

    /** The row that has this text already; null if none has. */
    @Nullable
    String exactOwner(String textDigest);

    void putExactOwner(String textDigest, String row);
}
