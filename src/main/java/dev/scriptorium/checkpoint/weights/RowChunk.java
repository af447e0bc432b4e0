package dev.scriptorium.checkpoint.weights;

/** Some rows of a tensor as the file has them. Belongs to one thread. */
final class RowChunk {
    private final byte[] bytes;
    private final int firstRow;
    private final byte[] row;

    RowChunk(byte[] bytes, int firstRow, int rowBytes) {
        this.bytes = bytes;
        this.firstRow = firstRow;
        this.row = new byte[rowBytes];
    }

    /** The bytes of one row, until the next call. */
    byte[] row(int index) {
        System.arraycopy(bytes, (index - firstRow) * row.length, row, 0, row.length);
        return row;
    }
}
