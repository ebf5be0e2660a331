//! Numbers as the page writes them.

/// What stands where there is no number.
const NONE: &str = "–";

/// Three decimals.
pub(super) fn decimal(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.3}"))
}

/// Three decimals with a sign.
pub(super) fn signed(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| with_minus(&format!("{value:+.3}")))
}

/// A share in per cent.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{:.2} %", 100.0 * value))
}

/// A difference of shares in percentage points.
pub(super) fn signed_points(value: Option<f64>) -> String {
    let text = |value: f64| with_minus(&format!("{:+.2} pp", 100.0 * value));
    value.map_or_else(|| NONE.to_owned(), text)
}

/// An interval of decimals.
pub(super) fn interval(value: Option<[f64; 2]>) -> String {
    value.map_or_else(String::new, |[low, high]| format!("{low:.3}–{high:.3}"))
}

/// An interval of shares in per cent.
pub(super) fn percent_interval([low, high]: [f64; 2]) -> String {
    format!("{:.1}–{:.1} %", 100.0 * low, 100.0 * high)
}

/// An interval of differences.
pub(super) fn signed_interval(value: Option<[f64; 2]>) -> String {
    let text = |[low, high]: [f64; 2]| with_minus(&format!("{low:+.3} to {high:+.3}"));
    value.map_or_else(|| NONE.to_owned(), text)
}

/// A count in as few characters as a plot has room for.
pub(super) fn short_count(count: usize) -> String {
    match count {
        0..=999 => count.to_string(),
        1_001..=9_999 => format!("{:.1}k", count as f64 / 1e3),
        _ => format!("{:.0}k", count as f64 / 1e3),
    }
}

/// Part of a whole; nothing of nothing is no number.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A hyphen is too short to be seen as a sign.
fn with_minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(decimal(Some(0.1234)), "0.123");
        assert_eq!(decimal(None), "–");
        assert_eq!(signed(Some(-0.02)), "−0.020");
        assert_eq!(percent(Some(0.0123)), "1.23 %");
        assert_eq!(signed_interval(Some([-0.1, 0.2])), "−0.100 to +0.200");
        assert_eq!([7, 1_000, 1_750, 25_400].map(short_count), ["7", "1k", "1.8k", "25k"]);
    }
}
