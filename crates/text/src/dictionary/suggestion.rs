//! How frequent a word must be to stay whole, as jieba reckons it.

/// The smallest frequency that keeps the word in one piece when it stands alone: about that of
/// the words that it would be cut into. `known` gives the frequency of a word of the dictionary,
/// and `total` is the sum of all.
pub(super) fn suggested(word: &str, total: u64, known: impl Fn(&str) -> Option<u64>) -> u64 {
    let log_total = (total as f64).ln();
    if word.chars().nth(1).is_none() {
        let frequency = known(word).unwrap_or(1);
        let whole = (frequency as f64).ln() - log_total;
        return ((whole + log_total).exp() as u64 + 1).max(frequency);
    }
    if word.len() < SHORT {
        return suggested_for(word, log_total, known, &mut [0; SHORT], &mut [0.0; SHORT]);
    }
    let (mut ends, mut probabilities) = (vec![0; word.len()], vec![0.0; word.len() + 1]);
    suggested_for(word, log_total, known, &mut ends, &mut probabilities)
}

/// Words below this many bytes are weighed without an allocation: a step of the normaliser asks.
const SHORT: usize = 32;

fn suggested_for(
    word: &str,
    log_total: f64,
    known: impl Fn(&str) -> Option<u64>,
    ends: &mut [usize],
    probabilities: &mut [f64],
) -> u64 {
    find_pieces(word, log_total, &known, ends, probabilities);
    let mut whole = 0.0;
    let mut start = 0;
    while start < word.len() {
        let end = end_of_run(word, ends, start);
        let frequency = known(&word[start..end]).unwrap_or(1);
        whole = whole + (frequency as f64).ln() - log_total;
        start = end;
    }
    ((whole + log_total).exp() as u64 + 1).max(known(word).unwrap_or(1))
}

/// Where the piece ends that begins here; single letters and digits are one piece together.
fn end_of_run(word: &str, ends: &[usize], start: usize) -> usize {
    let is_single =
        |place: usize| word.as_bytes()[place].is_ascii_alphanumeric() && ends[place] == place + 1;
    let run = (start..word.len()).take_while(|place| is_single(*place)).count();
    if run > 0 { start + run } else { ends[start] }
}

/// Finds where the piece ends that begins at each byte, from the word's end to its beginning.
fn find_pieces(
    word: &str,
    log_total: f64,
    known: impl Fn(&str) -> Option<u64>,
    ends: &mut [usize],
    probabilities: &mut [f64],
) {
    for (start, ch) in word.char_indices().rev() {
        let next = start + ch.len_utf8();
        let mut best = None;
        for end in word[next..].char_indices().map(|(at, _)| next + at).chain([word.len()]) {
            let Some(frequency) = known(&word[start..end]) else { continue };
            let probability = (frequency as f64).ln() - log_total + probabilities[end];
            if best.is_none_or(|(known, _)| probability >= known) {
                best = Some((probability, end));
            }
        }
        let (probability, end) = best.unwrap_or((0.0 - log_total + probabilities[next], next));
        probabilities[start] = probability;
        ends[start] = end;
    }
}
