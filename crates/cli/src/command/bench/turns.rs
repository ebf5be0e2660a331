//! Several kinds of work on the same posts, measured in turns.

use std::ops::Range;
use std::time::{Duration, Instant};

/// Posts that are measured together: long enough for the clock, short enough to go undisturbed.
const GROUP: usize = 256;

/// Some work on the posts of a range.
pub(super) type Work<'a> = &'a mut dyn FnMut(Range<usize>);

/// Nanoseconds per post of each kind of work. All take turns over small groups of posts, so that
/// their ratios survive a machine that is busier at times, and for each group the fastest turn
/// counts: whatever else the machine does can only slow a turn down, and hardly ever every one.
pub(super) fn nanoseconds_each<const N: usize>(
    posts: usize,
    budget: Duration,
    mut works: [Work<'_>; N],
) -> [f64; N] {
    let groups = || (0..posts).step_by(GROUP).map(|start| start..posts.min(start + GROUP));
    let mut fastest = vec![[Duration::MAX; N]; groups().count()];
    let started = Instant::now();
    loop {
        // A kind of work goes through all posts before the next one does: a stream, too, is one
        // post after the other through warm tables.
        for (place, work) in works.iter_mut().enumerate() {
            for (group, fastest) in groups().zip(&mut fastest) {
                let turn = Instant::now();
                work(group);
                fastest[place] = fastest[place].min(turn.elapsed());
            }
        }
        if started.elapsed() >= budget {
            break;
        }
    }
    std::array::from_fn(|place| {
        let total: f64 = fastest.iter().map(|turn| turn[place].as_nanos() as f64).sum();
        total / posts.max(1) as f64
    })
}
