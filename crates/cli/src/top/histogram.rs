//! Quantiles from the buckets of a histogram.

use serde::Serialize;

use super::exposition::Exposition;

/// How the observations between two scrapes are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Quantiles {
    pub(crate) observations: f64,
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
}

/// A histogram: upper ends of the buckets, and how many observations are at or below each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    cumulative: Vec<(f64, f64)>,
}

impl Histogram {
    /// The histogram of this name; none if nothing was observed yet.
    pub(crate) fn read(exposition: &Exposition, name: &str) -> Option<Self> {
        let mut cumulative: Vec<(f64, f64)> = exposition
            .by(&format!("{name}_bucket"), "le")
            .into_iter()
            .filter_map(|(end, count)| Some((end.parse().ok()?, count)))
            .collect();
        cumulative.sort_by(|left, right| left.0.total_cmp(&right.0));
        cumulative.last().is_some_and(|(_, count)| *count > 0.0).then_some(Self { cumulative })
    }

    /// What was observed since an earlier scrape; everything, if the service began anew since.
    pub(crate) fn since(&self, before: Option<&Self>) -> Self {
        match before {
            Some(before)
                if before.cumulative.len() == self.cumulative.len()
                    && before.observations() <= self.observations() =>
            {
                let pairs = self.cumulative.iter().zip(&before.cumulative);
                let cumulative =
                    pairs.map(|((end, now), (_, then))| (*end, (now - then).max(0.0))).collect();
                Self { cumulative }
            }
            _ => self.clone(),
        }
    }

    pub(crate) fn quantiles(&self) -> Option<Quantiles> {
        let observations = self.observations();
        (observations > 0.0).then(|| Quantiles {
            observations,
            p50: self.quantile(0.5),
            p90: self.quantile(0.9),
            p99: self.quantile(0.99),
        })
    }

    fn observations(&self) -> f64 {
        self.cumulative.last().map_or(0.0, |(_, count)| *count)
    }

    /// By linear interpolation within the bucket, as Prometheus's `histogram_quantile` has it; in
    /// the bucket without an upper end, the greatest end that there is.
    fn quantile(&self, share: f64) -> f64 {
        let rank = share * self.observations();
        let (mut start, mut below) = (0.0, 0.0);
        for (end, count) in &self.cumulative {
            if *count >= rank && *count > below {
                if end.is_infinite() {
                    return start;
                }
                return start + (end - start) * (rank - below) / (count - below);
            }
            (start, below) = (*end, *count);
        }
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(counts: [u32; 4]) -> Option<Histogram> {
        let [tenth, half, one, all] = counts;
        let text = format!(
            "t_bucket{{le=\"+Inf\"}} {all}\nt_bucket{{le=\"0.1\"}} {tenth}\n\
             t_bucket{{le=\"0.5\"}} {half}\nt_bucket{{le=\"1\"}} {one}\n"
        );
        Histogram::read(&text.parse().unwrap(), "t")
    }

    #[test]
    fn quantiles_lie_within_their_bucket() {
        let check = |counts, share, expected: f64| {
            let found = read(counts).unwrap().quantile(share);
            assert!((found - expected).abs() < 1e-12, "{counts:?} {share}: {found}");
        };
        check([10, 10, 10, 10], 0.5, 0.05);
        check([0, 10, 10, 10], 0.5, 0.3);
        check([0, 5, 10, 10], 0.5, 0.5);
        check([0, 5, 10, 10], 0.75, 0.75);
        check([0, 0, 0, 10], 0.5, 1.0);
        check([9, 9, 9, 10], 0.99, 1.0);
    }

    #[test]
    fn an_interval_is_the_difference_of_two_scrapes() {
        let now = read([10, 20, 20, 20]).unwrap();
        let before = read([10, 10, 10, 10]).unwrap();
        let between = now.since(Some(&before)).quantiles().unwrap();
        assert_eq!((between.observations, between.p50), (10.0, 0.30000000000000004));
        assert_eq!(now.since(Some(&now)).quantiles(), None);
        // A restart: less than before, so that all of it is new.
        assert_eq!(before.since(Some(&now)), before);
        assert_eq!(read([0, 0, 0, 0]), None);
    }
}
