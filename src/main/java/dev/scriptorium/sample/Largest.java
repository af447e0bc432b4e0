package dev.scriptorium.sample;

/** Finds the k-th largest of many scores with a heap of k, whose root is the smallest of the k largest so far. */
final class Largest {
    private float[] heap = {};

    /** @param k 1 to {@code scores.length} */
    float threshold(float[] scores, int k) {
        if (heap.length != k) {
            heap = new float[k];
        }
        System.arraycopy(scores, 0, heap, 0, k);
        for (int i = k / 2 - 1; i >= 0; i--) {
            sink(heap[i], i);
        }
        for (int i = k; i < scores.length; i++) {
            if (scores[i] > heap[0]) {
                sink(scores[i], 0);
            }
        }
        return heap[0];
    }

    /** Puts the value where the heap has a hole, or below. */
    private void sink(float value, int hole) {
        int child = 2 * hole + 1;
        while (child < heap.length) {
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
            child = 2 * hole + 1;
        }
        heap[hole] = value;
    }
}
