//! The one dictionary, which steps of the normaliser ask for words and the segmenter cuts with.

mod glyph;
mod route;
mod suggestion;
mod trie;

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use crate::Cell;
use crate::normalise::class::{Table, is_han};
use glyph::{Glyph, Glyphs};
use trie::{MOST_CHARACTERS, MOST_FREQUENCIES, Trie};

pub(crate) use route::Route;

/// jieba's words with their frequencies, sorted, as `build.rs` took them from jieba-rs.
const JIEBA_DICTIONARY: &str = include_str!(concat!(env!("OUT_DIR"), "/jieba-dictionary.txt"));

/// The trade's words that jieba's dictionary lacks or splits.
const DOMAIN_DICTIONARY: &str = include_str!("../../data/domain-dictionary.txt");

/// Words that are read out of disguises, which jieba may know or not.
const DISGUISED_WORDS: &str = include_str!("../../data/disguised-words.txt");

/// Loading takes a while, so all who need no further words share it.
static SHARED: LazyLock<Arc<Dictionary>> = LazyLock::new(|| {
    let table = Table::shared();
    let mut words = Words::of_jieba();
    for word in words_of(DOMAIN_DICTIONARY) {
        words.add(word.chars().map(|ch| table.folded(ch)).collect(), None);
    }
    for word in words_of(DISGUISED_WORDS) {
        if words.frequency(word).is_none() {
            words.add(word.to_owned(), None);
        }
    }
    Arc::new(Dictionary::new(words))
});

/// The shared dictionary.
pub(crate) fn shared() -> &'static Arc<Dictionary> {
    &SHARED
}

/// Words with their frequencies, while they are collected.
#[derive(Clone)]
struct Words {
    /// Sorted.
    listed: Vec<(&'static str, u64)>,
    /// Words that were added, some of them in the place of a listed one.
    added: FxHashMap<String, u64>,
    /// The sum of all frequencies.
    total: u64,
}

impl Words {
    fn of_jieba() -> Self {
        let entries = JIEBA_DICTIONARY.lines().filter_map(|line| line.split_once(' '));
        let listed: Vec<(&str, u64)> =
            entries.filter_map(|(word, frequency)| Some((word, frequency.parse().ok()?))).collect();
        debug_assert!(listed.is_sorted());
        let total = listed.iter().map(|(_, frequency)| frequency).sum();
        Self { listed, added: FxHashMap::default(), total }
    }

    fn frequency(&self, word: &str) -> Option<u64> {
        self.added.get(word).copied().or_else(|| {
            let place = self.listed.binary_search_by_key(&word, |(listed, _)| listed);
            place.ok().map(|place| self.listed[place].1)
        })
    }

    /// Adds a word; without a frequency it gets the smallest one that keeps it whole.
    fn add(&mut self, word: String, frequency: Option<u64>) {
        if word.is_empty() {
            return;
        }
        let frequency = frequency.unwrap_or_else(|| {
            suggestion::suggested(&word, self.total, |piece| self.frequency(piece))
        });
        self.total = self.total + frequency - self.frequency(&word).unwrap_or(0);
        self.added.insert(word, frequency);
    }

    /// All words in order.
    fn sorted(&self) -> Vec<(&str, u64)> {
        let listed = self.listed.iter().filter(|(word, _)| !self.added.contains_key(*word));
        let mut sorted: Vec<(&str, u64)> = listed.copied().collect();
        sorted.extend(self.added.iter().map(|(word, frequency)| (word.as_str(), *frequency)));
        sorted.sort();
        sorted
    }
}

/// Words ready to be looked up.
pub(crate) struct Dictionary {
    words: Words,
    glyphs: Glyphs,
    trie: Trie,
    /// The distinct frequencies, the largest first, behind one that stands for no word.
    frequencies: Vec<u64>,
    /// The logarithms of their shares in the whole.
    log_shares: Vec<f64>,
    /// That of a word that is not listed.
    unknown: f64,
}

impl Dictionary {
    fn new(words: Words) -> Self {
        let sorted = words.sorted();
        let characters = characters_of(sorted.iter().map(|(word, _)| *word));
        assert!(characters.len() < MOST_CHARACTERS, "words of too many characters");
        let glyphs = Glyphs::new(&characters);
        let mut frequencies: Vec<u64> = sorted.iter().map(|(_, frequency)| *frequency).collect();
        frequencies.sort_unstable_by(|left, right| right.cmp(left));
        frequencies.dedup();
        frequencies.insert(0, 0);
        assert!(frequencies.len() <= MOST_FREQUENCIES, "words of too many distinct frequencies");
        let places: FxHashMap<u64, u16> = frequencies.iter().copied().zip(0..).skip(1).collect();
        let numbers = |(word, _): &(&str, u64)| {
            word.chars().map(|ch| glyphs.of(ch).number() as u16).collect::<Vec<_>>()
        };
        let spelled: Vec<Vec<u16>> = sorted.iter().map(numbers).collect();
        let entries: Vec<(&[u16], u16)> = spelled
            .iter()
            .zip(&sorted)
            .map(|(word, (_, frequency))| (word.as_slice(), places[frequency]))
            .collect();
        let trie = Trie::new(&entries, characters.len() + 1);
        let log_total = (words.total as f64).ln();
        let log_share = |frequency: &u64| (*frequency as f64).ln() - log_total;
        let log_shares = frequencies.iter().map(log_share).collect();
        Self { glyphs, trie, frequencies, log_shares, unknown: 0.0 - log_total, words }
    }

    /// The dictionary with further words.
    pub(crate) fn with_words(
        &self,
        further: impl IntoIterator<Item = (String, Option<u64>)>,
    ) -> Self {
        let mut words = self.words.clone();
        for (word, frequency) in further {
            words.add(word, frequency);
        }
        Self::new(words)
    }

    #[inline]
    fn glyph(&self, ch: char) -> Glyph {
        self.glyphs.of(ch)
    }

    /// Visits the words that begin the text, the shortest first, each with its length and the
    /// logarithm of its share.
    #[inline]
    fn for_each_prefix(&self, text: &[Glyph], mut visit: impl FnMut(usize, f64)) {
        self.trie.for_each_prefix(text, |prefix| {
            visit(prefix.length, self.log_shares[prefix.frequency]);
        });
    }

    #[inline]
    fn touch(&self, pair: [Glyph; 2]) -> u64 {
        self.trie.touch(pair)
    }

    #[inline]
    fn unknown(&self) -> f64 {
        self.unknown
    }

    fn frequency(&self, word: impl IntoIterator<Item = char>) -> Option<u64> {
        let place = self.trie.get(word.into_iter().map(|ch| self.glyph(ch)));
        place.map(|place| self.frequencies[place])
    }
}

/// The distinct characters of the words, sorted.
fn characters_of<'a>(words: impl Iterator<Item = &'a str>) -> Vec<char> {
    let mut occurs = vec![false; char::MAX as usize + 1];
    words.flat_map(str::chars).for_each(|ch| occurs[ch as usize] = true);
    let codes = (0u32..).zip(occurs).filter(|(_, occurs)| *occurs);
    codes.filter_map(|(code, _)| char::from_u32(code)).collect()
}

/// The words of a list: parted by white space, with lines that begin with `#` left out.
pub(crate) fn words_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

/// The longest word that covers a character, in characters: longer ones hold shorter ones.
const LONGEST: usize = 4;

/// The longest word that is looked up, in bytes.
const LONGEST_IN_BYTES: usize = 20;

/// Whether these characters are a word of the dictionary.
pub(crate) fn is_word(characters: impl Iterator<Item = char> + Clone) -> bool {
    let length: usize = characters.clone().map(char::len_utf8).sum();
    length <= LONGEST_IN_BYTES && SHARED.frequency(characters).is_some()
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

/// How often a word of at most [`LONGEST`] characters occurs in the text that the dictionary counts,
/// about.
pub(crate) fn frequency(word: impl IntoIterator<Item = char>) -> u64 {
    let mut buffer = [0; LONGEST * 4];
    let mut length = 0;
    for ch in word.into_iter().take(LONGEST) {
        length += ch.encode_utf8(&mut buffer[length..]).len();
    }
    let word = str::from_utf8(&buffer[..length]).unwrap_or_default();
    suggestion::suggested(word, SHARED.words.total, |piece| SHARED.frequency(piece.chars()))
}
