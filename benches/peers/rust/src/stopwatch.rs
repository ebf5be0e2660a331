//! The timed loop; the Python and the Java peers have the same.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

/// Texts between two looks at the clock.
const STRIDE: usize = 16;

/// How long to run, and from where.
pub(crate) struct Stopwatch {
    pub(crate) seconds: f64,
    pub(crate) warm_up: f64,
    /// Where in the texts to begin, as a share of them.
    pub(crate) start: f64,
}

impl Stopwatch {
    /// Goes round the texts, first unmeasured, then measured; a JSON object.
    pub(crate) fn measure(&self, texts: &[String], work: &mut dyn FnMut(&str)) -> String {
        let mut next = (self.start * texts.len() as f64) as usize;
        let mut go_round = |limit: f64| {
            let started = Instant::now();
            let mut posts = 0;
            while started.elapsed().as_secs_f64() < limit {
                for _ in 0..STRIDE {
                    work(&texts[next % texts.len()]);
                    next += 1;
                }
                posts += STRIDE;
            }
            (posts, started.elapsed().as_secs_f64())
        };
        go_round(self.warm_up);
        let (posts, seconds) = go_round(self.seconds);
        format!("{{\"posts\": {posts}, \"seconds\": {seconds:.6}}}")
    }
}

/// The lines of a file.
pub(crate) fn lines(path: &Path) -> io::Result<Vec<String>> {
    Ok(fs::read_to_string(path)?.lines().map(str::to_owned).collect())
}
