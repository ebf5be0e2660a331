//! The trade's words by what is left of them when one character is disguised.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::class::is_han;
use super::{shape, sound};
use crate::dictionary::words_of;

/// Words that sellers write in disguise.
const LISTS: [&str; 2] =
    [include_str!("../../data/split-words.txt"), include_str!("../../data/disguised-words.txt")];

/// Words of the lists that are themselves disguises of another.
const DISGUISES: [&str; 2] = ["薇信", "威信"];

/// Bits of the number of a pair of sounds.
const BITS: u32 = 16;

/// A set of pairs of sounds by [`bit_of`].
type PairsOfSounds = Box<[u64; 1 << (BITS - 6)]>;

/// On which side of its neighbour a character stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Before,
    Behind,
}

/// The trade's words and the ways to find them.
pub(super) struct Domain {
    words: Vec<Vec<char>>,
    /// Words by the sounds of their first two characters.
    by_sounds: FxHashMap<(u16, u16), Vec<usize>>,
    /// Words by their first two characters.
    by_characters: FxHashMap<(char, char), Vec<usize>>,
    /// Words by their whole pinyin; of several the one that is listed first.
    by_pinyin: FxHashMap<String, usize>,
    /// Neighbouring characters inside words.
    pairs: FxHashSet<(char, char)>,
    /// One of two such neighbours, the sound of the other, and where the first stands.
    beside: FxHashSet<(char, u16, Side)>,
    /// Two such neighbours, one of them in a form that looks like it.
    shapes: FxHashSet<(char, char)>,
    /// The sounds of all such neighbours.
    sounds: PairsOfSounds,
}

static DOMAIN: LazyLock<Domain> = LazyLock::new(Domain::read);

/// The index, built at the first call.
pub(super) fn domain() -> &'static Domain {
    &DOMAIN
}

impl Domain {
    fn read() -> Self {
        let mut domain = Self {
            words: Vec::new(),
            by_sounds: FxHashMap::default(),
            by_characters: FxHashMap::default(),
            by_pinyin: FxHashMap::default(),
            pairs: FxHashSet::default(),
            beside: FxHashSet::default(),
            shapes: FxHashSet::default(),
            sounds: Box::new([0; 1 << (BITS - 6)]),
        };
        let words = LISTS.into_iter().flat_map(words_of);
        for word in words.filter(|word| !DISGUISES.contains(word)) {
            domain.add(word.chars().collect());
        }
        domain
    }

    fn add(&mut self, word: Vec<char>) {
        if word.len() < 2 || !word.iter().all(|ch| is_han(*ch)) || self.words.contains(&word) {
            return;
        }
        let number = self.words.len();
        for pair in word.windows(2) {
            self.add_pair(pair[0], pair[1]);
        }
        let sounds = (sound::of(word[0]), sound::of(word[1]));
        self.by_sounds.entry(sounds).or_default().push(number);
        self.by_characters.entry((word[0], word[1])).or_default().push(number);
        let spelled: Option<String> = word.iter().map(|ch| sound::spelled(*ch)).collect();
        if let Some(spelled) = spelled {
            self.by_pinyin.entry(spelled).or_insert(number);
        }
        self.words.push(word);
    }

    fn add_pair(&mut self, left: char, right: char) {
        let sounds = (sound::of(left), sound::of(right));
        if sounds.0 != 0 && sounds.1 != 0 {
            let bit = bit_of(sounds);
            self.sounds[bit / 64] |= 1 << (bit % 64);
        }
        self.pairs.insert((left, right));
        self.beside.insert((left, sounds.1, Side::Before));
        self.beside.insert((right, sounds.0, Side::Behind));
        self.shapes.extend(shape::written_for(left).map(|form| (form, right)));
        self.shapes.extend(shape::written_for(right).map(|form| (left, form)));
    }

    /// Whether two neighbours inside some word have these sounds. No sound fits nothing.
    #[inline]
    pub(super) fn has_sounds(&self, sounds: (u16, u16)) -> bool {
        let bit = bit_of(sounds);
        self.sounds[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Whether two characters may be neighbours inside a word of which one is written as it should
    /// be and the other by a character of the same sound.
    pub(super) fn sounds_like(&self, written: (char, char), sounds: (u16, u16)) -> bool {
        self.has_sounds(sounds)
            && !self.pairs.contains(&written)
            && (self.beside.contains(&(written.0, sounds.1, Side::Before))
                || self.beside.contains(&(written.1, sounds.0, Side::Behind)))
    }

    /// The same for a character that looks like the one that should be there.
    pub(super) fn looks_like(&self, written: (char, char)) -> bool {
        self.shapes.contains(&written) && !self.pairs.contains(&written)
    }

    /// The words that begin with these sounds.
    pub(super) fn with_sounds(&self, sounds: (u16, u16)) -> impl Iterator<Item = &[char]> {
        self.numbered(self.by_sounds.get(&sounds))
    }

    /// The words that begin with these characters.
    pub(super) fn with_characters(&self, pair: (char, char)) -> impl Iterator<Item = &[char]> {
        self.numbered(self.by_characters.get(&pair))
    }

    /// The word that is spelled so.
    pub(super) fn with_pinyin(&self, spelled: &str) -> Option<&[char]> {
        self.by_pinyin.get(spelled).map(|number| self.words[*number].as_slice())
    }

    /// Whether some word holds these two characters beside each other.
    pub(super) fn has_pair(&self, left: char, right: char) -> bool {
        self.pairs.contains(&(left, right))
    }

    /// All words.
    pub(super) fn words(&self) -> impl Iterator<Item = &[char]> {
        self.words.iter().map(Vec::as_slice)
    }

    /// Whether these characters are one of the words.
    pub(super) fn holds(&self, word: &[char]) -> bool {
        word.len() >= 2 && self.with_characters((word[0], word[1])).any(|known| known == word)
    }

    fn numbered<'a>(&'a self, numbers: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a [char]> {
        numbers.into_iter().flatten().map(|number| self.words[*number].as_slice())
    }
}

/// Two bits of the second sound fall on the first: the set stays small enough for the nearest
/// cache, and what falls together by chance is told apart by a closer look.
fn bit_of((first, second): (u16, u16)) -> usize {
    usize::from(first << (BITS - sound::BITS) ^ second) & ((1 << BITS) - 1)
}
