package dev.scriptorium.dataset.gate;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Numbers as verdicts show them. */
final class Numbers {
    private static final int DIGITS = 4;

    /** Four digits at most; a share that is not quite 0 or 1 may look so. */
    static String share(double value) {
        BigDecimal rounded =
                BigDecimal.valueOf(value).setScale(DIGITS, RoundingMode.HALF_UP).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }

    private Numbers() {}
}
