package mingjian.peers;

import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** The timed loop; the Python and the Rust peers have the same. */
final class Stopwatch {
    /** Texts between two looks at the clock. */
    private static final int STRIDE = 16;

    private final double seconds;
    private final double warmUp;
    private final double start;
    private int next;
    private long found;

    /** Runs this long, after this warm-up, from this share of the texts on. */
    Stopwatch(double seconds, double warmUp, double start) {
        this.seconds = seconds;
        this.warmUp = warmUp;
        this.start = start;
    }

    /** Goes round the texts, first unmeasured, then measured; a JSON object. */
    String measure(List<String> texts, ToIntFunction<String> work) {
        next = (int) (start * texts.size());
        goRound(texts, work, warmUp);
        long started = System.nanoTime();
        long posts = goRound(texts, work, seconds);
        double elapsed = (System.nanoTime() - started) / 1e9;
        // The hits are printed, so that no compiler may leave the work out.
        return String.format(
                Locale.ROOT, "{\"posts\": %d, \"seconds\": %.6f, \"hits\": %d}", posts, elapsed, found);
    }

    private long goRound(List<String> texts, ToIntFunction<String> work, double limit) {
        long started = System.nanoTime();
        long posts = 0;
        while (System.nanoTime() - started < limit * 1e9) {
            for (int count = 0; count < STRIDE; count++) {
                found += work.applyAsInt(texts.get(next));
                next = (next + 1) % texts.size();
            }
            posts += STRIDE;
        }
        return posts;
    }
}
