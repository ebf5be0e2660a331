//! The one dictionary, which steps of the normaliser ask for words and the segmenter cuts with.

use std::sync::{Arc, LazyLock};

use jieba_rs::Jieba;

use crate::Cell;
use crate::normalise::class::{Table, is_han};

/// The trade's words that jieba's dictionary lacks or splits.
const DOMAIN_DICTIONARY: &str = include_str!("../data/domain-dictionary.txt");

/// Words that are read out of disguises, which jieba may know or not.
const DISGUISED_WORDS: &str = include_str!("../data/disguised-words.txt");

/// Loading takes a tenth of a second, so all who need no further words share it.
static SHARED: LazyLock<Arc<Jieba>> = LazyLock::new(|| {
    let table = Table::shared();
    let mut jieba = Jieba::new();
    for word in words_of(DOMAIN_DICTIONARY) {
        let folded: String = word.chars().map(|ch| table.entry(ch).folded()).collect();
        jieba.add_word(&folded, None, None);
    }
    for word in words_of(DISGUISED_WORDS) {
        if !jieba.has_word(word) {
            jieba.add_word(word, None, None);
        }
    }
    Arc::new(jieba)
});

/// The shared dictionary.
pub(crate) fn shared() -> &'static Arc<Jieba> {
    &SHARED
}

/// The words of a list: parted by white space, with lines that begin with `#` left out.
pub(crate) fn words_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

/// The longest word that is looked up, in characters: longer ones hold shorter ones.
const LONGEST: usize = 4;

/// Whether these characters are a word of the dictionary.
pub(crate) fn is_word(characters: impl IntoIterator<Item = char>) -> bool {
    let mut buffer = [0; (LONGEST + 1) * 4];
    let mut length = 0;
    for ch in characters {
        if length + ch.len_utf8() > buffer.len() {
            return false;
        }
        length += ch.encode_utf8(&mut buffer[length..]).len();
    }
    str::from_utf8(&buffer[..length]).is_ok_and(|word| SHARED.has_word(word))
}

/// Whether a dictionary word of two to four Chinese characters stands over the character.
pub(crate) fn is_covered(cells: &[Cell], place: usize) -> bool {
    words_around(cells, place).any(|(start, end)| start <= place && place < end)
}

/// Whether a dictionary word begins before and ends behind the edge before the character.
pub(crate) fn crosses(cells: &[Cell], edge: usize) -> bool {
    edge > 0 && words_around(cells, edge).any(|(start, end)| start < edge && edge < end)
}

/// The dictionary words that touch the character, as ranges.
fn words_around(cells: &[Cell], place: usize) -> impl Iterator<Item = (usize, usize)> {
    let starts = place.saturating_sub(LONGEST - 1)..=place;
    let ranges = starts.flat_map(|start| (2..=LONGEST).map(move |length| (start, start + length)));
    ranges.filter(move |(start, end)| {
        *end > place
            && cells.get(*start..*end).is_some_and(|word| {
                word.iter().all(|cell| is_han(cell.ch)) && is_word(word.iter().map(|cell| cell.ch))
            })
    })
}

/// How often a word occurs in the text that the dictionary counts, about.
pub(crate) fn frequency(word: &str) -> usize {
    SHARED.suggest_freq(word)
}
