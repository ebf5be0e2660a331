//! The dictionary's words by their characters, built for one question: which words begin here?
//!
//! A node's children lie together in a small hash table of their own, and one number of 64 bits
//! says everything of a child: its character, how frequent the word is that ends there, and
//! where its own children lie. Words that are looked up after one another are often neighbours,
//! so a text touches few cache lines.

use super::glyph::Glyph;

/// A word that begins at a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prefix {
    /// Characters of the word.
    pub(super) length: usize,
    /// Place of its frequency in the list of distinct ones.
    pub(super) frequency: usize,
}

/// All words.
#[derive(Debug, Clone, Default)]
pub(super) struct Trie {
    /// By the number of the first character.
    roots: Vec<Root>,
    /// The tables of all nodes, one after the other.
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Root {
    node: Node,
    /// One bit for each second character, several of which may share one.
    seconds: u64,
}

/// From the lowest bit: character, frequency, first place and logarithm of the size of the
/// children's table, and a filter of the children.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Node(u64);

const CHARACTER_BITS: u32 = 14;
const FREQUENCY_BITS: u32 = 13;
const PLACE_BITS: u32 = 22;
const SIZE_BITS: u32 = 4;

const FREQUENCY_AT: u32 = CHARACTER_BITS;
const PLACE_AT: u32 = FREQUENCY_AT + FREQUENCY_BITS;
const SIZE_AT: u32 = PLACE_AT + PLACE_BITS;
const FILTER_AT: u32 = SIZE_AT + SIZE_BITS;
const FILTER_BITS: u32 = u64::BITS - FILTER_AT;

/// The most distinct characters that words may have, and one.
pub(super) const MOST_CHARACTERS: usize = 1 << CHARACTER_BITS;
/// The most distinct frequencies, and one: zero stands for no word.
pub(super) const MOST_FREQUENCIES: usize = 1 << FREQUENCY_BITS;

const fn low(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// Spreads the numbers of characters over all bits; the upper ones are the best.
#[inline]
const fn spread(character: u32) -> u32 {
    character.wrapping_mul(0x9e37_79b1)
}

#[inline]
const fn second_bit(character: u32) -> u64 {
    1 << (spread(character) >> 26)
}

impl Node {
    #[inline]
    const fn character(self) -> u32 {
        (self.0 & low(CHARACTER_BITS)) as u32
    }

    #[inline]
    const fn frequency(self) -> usize {
        (self.0 >> FREQUENCY_AT & low(FREQUENCY_BITS)) as usize
    }

    #[inline]
    const fn place(self) -> usize {
        (self.0 >> PLACE_AT & low(PLACE_BITS)) as usize
    }

    /// The size of the children's table less one.
    #[inline]
    const fn mask(self) -> usize {
        (1 << (self.0 >> SIZE_AT & low(SIZE_BITS))) - 1
    }

    #[inline]
    const fn filter_bit(character: u32) -> u64 {
        1 << (FILTER_AT + (spread(character) >> 8) % FILTER_BITS)
    }

    /// Whether there may be such a child.
    #[inline]
    const fn may_have(self, character: u32) -> bool {
        self.0 & Self::filter_bit(character) != 0
    }

    /// Where in the children's table to begin looking for a child.
    #[inline]
    const fn first_place(self, character: u32) -> usize {
        self.place() + (spread(character) >> 16) as usize % (self.mask() + 1)
    }
}

impl Trie {
    /// Builds the trie of words with the places of their frequencies. The words are made of
    /// numbers from 1 to below [`MOST_CHARACTERS`], sorted, distinct and not empty; frequencies
    /// are from 1 to below [`MOST_FREQUENCIES`].
    pub(super) fn new(words: &[(&[u16], u16)], characters: usize) -> Self {
        let mut trie = Self { roots: vec![Root::default(); characters], nodes: Vec::new() };
        for group in words.chunk_by(|left, right| left.0[0] == right.0[0]) {
            let first = usize::from(group[0].0[0]);
            trie.roots[first].node = trie.node_of(group, 0);
            let seconds = group.iter().filter_map(|(word, _)| word.get(1));
            trie.roots[first].seconds =
                seconds.fold(0, |bits, second| bits | second_bit(u32::from(*second)));
        }
        trie
    }

    /// The node of words that share their characters up to and with this one.
    fn node_of(&mut self, words: &[(&[u16], u16)], depth: usize) -> Node {
        let mut node = u64::from(words[0].0[depth]);
        let mut longer = words;
        if words[0].0.len() == depth + 1 {
            node |= u64::from(words[0].1) << FREQUENCY_AT;
            longer = &words[1..];
        }
        let groups = || longer.chunk_by(|left, right| left.0[depth + 1] == right.0[depth + 1]);
        let children = groups().count();
        if children == 0 {
            return Node(node);
        }
        // Where there are many, a free slot must end the search for one that is not there.
        let size = (children + if children > 2 { children / 4 + 1 } else { 0 }).next_power_of_two();
        let place = self.nodes.len();
        assert!(place + size <= 1 << PLACE_BITS, "the dictionary has too many words");
        self.nodes.resize(place + size, Node::default());
        node |= (place as u64) << PLACE_AT | u64::from(size.trailing_zeros()) << SIZE_AT;
        for group in groups() {
            let child = self.node_of(group, depth + 1);
            node |= Node::filter_bit(child.character());
            let mut slot = Node(node).first_place(child.character());
            while self.nodes[slot] != Node::default() {
                slot = place + (slot + 1 - place) % size;
            }
            self.nodes[slot] = child;
        }
        Node(node)
    }

    #[inline]
    fn child(&self, node: Node, character: u32) -> Option<Node> {
        if !node.may_have(character) {
            return None;
        }
        let mask = node.mask();
        let mut place = node.first_place(character);
        for _ in 0..=mask {
            let child = self.nodes[place];
            if child.character() == character {
                return Some(child);
            }
            if child == Node::default() {
                return None;
            }
            place = node.place() + ((place + 1 - node.place()) & mask);
        }
        None
    }

    /// Visits the words that begin the text, the shortest first.
    #[inline]
    pub(super) fn for_each_prefix(&self, text: &[Glyph], mut visit: impl FnMut(Prefix)) {
        let Some((first, rest)) = text.split_first() else { return };
        let Some(root) = self.roots.get(first.number() as usize) else { return };
        let mut node = root.node;
        if node.frequency() != 0 {
            visit(Prefix { length: 1, frequency: node.frequency() });
        }
        for (glyph, length) in rest.iter().zip(2..) {
            let character = glyph.number();
            if character == 0 {
                return;
            }
            if length == 2 && root.seconds & second_bit(character) == 0 {
                return;
            }
            let Some(child) = self.child(node, character) else { return };
            if child.frequency() != 0 {
                visit(Prefix { length, frequency: child.frequency() });
            }
            node = child;
        }
    }

    /// The place of a word's frequency, if it is one.
    pub(super) fn get(&self, word: impl IntoIterator<Item = Glyph>) -> Option<usize> {
        let mut numbers = word.into_iter().map(Glyph::number);
        let mut node = self.roots.get(numbers.next()? as usize)?.node;
        for number in numbers {
            // Zero is no character, but free slots look like it.
            node = if number == 0 { None } else { self.child(node, number) }?;
        }
        (node.frequency() != 0).then(|| node.frequency())
    }

    /// What the processor would wait for when it asks for words of two characters, as a number
    /// of no meaning: to ask for all of them beforehand brings them into the nearest cache.
    #[inline]
    pub(super) fn touch(&self, pair: [Glyph; 2]) -> u64 {
        let Some(root) = self.roots.get(pair[0].number() as usize) else { return 0 };
        let second = pair[1].number();
        if root.seconds & second_bit(second) == 0 {
            return 0;
        }
        self.nodes[root.node.first_place(second)].0
    }
}
