//! Symbols or spaces that split a word: `加*微*信`, `代/开/发/票`, `特.供`.
//!
//! Honest writing puts many of these between Chinese characters too (lists, names, dates,
//! headlines), so how much it takes to join depends on the symbol. Two characters that the trade
//! is known to split (`微 信`) are joined whatever stands between them. Other words are put
//! together only where none of their characters belongs to a word on its own side of the symbol:
//! words of the trade over any symbol, words of the dictionary over decoration, and of those the
//! ones of two characters over symbols that honest writing puts between words.

use std::sync::LazyLock;

use mingjian_schema::Obfuscation;
use rustc_hash::FxHashSet;

use super::class::{is_han, is_symbol};
use super::digit_form::is_numeral;
use super::domain::domain;
use super::neighbours::{Neighbours, Sides, in_dictionary};
use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, dictionary};

/// Joins characters that symbols keep apart.
pub(super) struct Separator;

/// Symbols in a row that count as one separator.
const LONGEST: usize = 3;

/// Words that are split to slip past a filter, by their first two characters.
const SPLIT_WORDS: &str = include_str!("../../data/split-words.txt");

static SPLIT_PAIRS: LazyLock<FxHashSet<[char; 2]>> = LazyLock::new(|| {
    let words = SPLIT_WORDS.lines().filter(|line| !line.starts_with('#'));
    let pairs = words.flat_map(|line| {
        let characters: Vec<char> = line.chars().filter(|ch| is_han(*ch)).collect();
        characters.windows(2).map(|pair| [pair[0], pair[1]]).collect::<Vec<_>>()
    });
    pairs.collect()
});

/// How much a symbol between two Chinese characters says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// Not honest between two characters: joins any two.
    Never,
    /// Decoration: joins around a character that stands alone between two of them.
    Odd,
    /// Honest between words: joins at least this many characters that all stand alone.
    Honest(usize),
    /// Punctuation: joins the trade's words only.
    Punctuation,
}

fn strength(ch: char) -> Option<Strength> {
    let strength = match ch {
        '`' | '¬' | '¤' | '¦' => Strength::Never,
        '*' | '^' | '#' | '%' | '$' | '•' | '●' | '◆' | '■' | '丨' => Strength::Odd,
        ' ' | '.' | '-' | '_' | '·' | '~' | '=' | '—' | '‧' | '・' => Strength::Honest(3),
        '/' | '\\' | '|' | '+' | '&' | '×' | '→' | '÷' | '°' => Strength::Honest(4),
        '、' | '。' | ',' | ':' | ';' => Strength::Punctuation,
        _ if is_symbol(ch) => Strength::Odd,
        _ => return None,
    };
    Some(strength)
}

/// Whether the character may split a word.
pub(super) fn is_separator(ch: char) -> bool {
    strength(ch).is_some()
}

/// Whether the character may keep the digits of one number apart. Punctuation makes a list.
pub(super) fn splits_number(ch: char) -> bool {
    strength(ch).is_some_and(|strength| strength != Strength::Punctuation)
}

/// Whether two characters may be joined over a symbol by what they are.
pub(super) fn may_join(left: char, symbol: char, right: char) -> bool {
    match strength(symbol) {
        Some(Strength::Never | Strength::Odd) => true,
        Some(Strength::Honest(_)) => {
            is_pair(left, right) || dictionary::is_word([left, right].into_iter())
        }
        Some(Strength::Punctuation) => is_pair(left, right),
        None => false,
    }
}

/// Whether two characters stand beside each other in a word of the trade.
fn is_pair(left: char, right: char) -> bool {
    SPLIT_PAIRS.contains(&[left, right]) || domain().has_pair(left, right)
}

/// Characters written together between two separators, as indices into the cells.
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    const fn is_single(&self) -> bool {
        self.end - self.start == 1
    }
}

impl Step for Separator {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Separator
    }

    fn triggers(&self) -> Triggers {
        Triggers::SPLIT
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut next = 0;
        while next < input.len() {
            if !is_han(input[next].ch) {
                output.push(input[next]);
                next += 1;
                continue;
            }
            let group = read_group(input, next);
            if gap_end(input, group.end).is_none() {
                output.extend_from_slice(&input[group.start..group.end]);
                next = group.end;
                continue;
            }
            let chain = Chain::read(input, group);
            next = chain.end();
            chain.write(output);
            GROUPS.set(chain.groups);
        }
        output.len() != input.len()
    }
}

thread_local! {
    /// A chain's groups, kept from text to text.
    static GROUPS: std::cell::Cell<Vec<Group>> = const { std::cell::Cell::new(Vec::new()) };
}

/// Groups of Chinese characters with one kind of symbol between each two neighbours.
struct Chain<'a> {
    cells: &'a [Cell],
    groups: Vec<Group>,
}

impl<'a> Chain<'a> {
    /// Reads the chain that begins with a group.
    fn read(cells: &'a [Cell], first: Group) -> Self {
        let mut groups = GROUPS.take();
        groups.clear();
        groups.push(first);
        while let Some(last) = groups.last() {
            let Some(after) = gap_end(cells, last.end) else {
                break;
            };
            groups.push(read_group(cells, after));
        }
        Self { cells, groups }
    }

    /// One past the chain's last cell.
    fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// Gap `index` stands between groups `index` and `index + 1`.
    fn symbol(&self, index: usize) -> char {
        self.cells[self.groups[index].end].ch
    }

    fn gaps(&self) -> usize {
        self.groups.len() - 1
    }

    /// Writes the groups, with the gaps that are not dropped.
    fn write(&self, output: &mut Vec<Cell>) {
        let mut run_of_symbol = 0..0;
        let mut joins_run = false;
        for index in 0..self.groups.len() {
            let group = &self.groups[index];
            output.extend_from_slice(&self.cells[group.start..group.end]);
            if index == self.gaps() {
                break;
            }
            if index >= run_of_symbol.end {
                run_of_symbol = self.run_of_symbol(index);
                joins_run = self.joins_run(&run_of_symbol);
            }
            let next = &self.groups[index + 1];
            if self.joins(index, joins_run) {
                self.mark_join(index, output);
            } else {
                output.extend_from_slice(&self.cells[group.end..next.start]);
            }
        }
    }

    /// Lets the character before a dropped gap stand for the gap too.
    fn mark_join(&self, index: usize, output: &mut [Cell]) {
        let Some(last) = output.last_mut() else {
            return;
        };
        for dropped in &self.cells[self.groups[index].end..self.groups[index + 1].start] {
            last.absorb(dropped, Obfuscation::Separator.into());
        }
    }

    /// The gaps from `first` on that hold the same symbol.
    fn run_of_symbol(&self, first: usize) -> std::ops::Range<usize> {
        let symbol = self.symbol(first);
        let length = (first..self.gaps()).take_while(|gap| self.symbol(*gap) == symbol).count();
        first..first + length
    }

    /// Whether every character along these gaps stands alone and there are enough of them.
    fn joins_run(&self, gaps: &std::ops::Range<usize>) -> bool {
        let groups = &self.groups[gaps.start..=gaps.end];
        match strength(self.symbol(gaps.start)) {
            Some(Strength::Honest(least)) => {
                groups.len() >= least && groups.iter().all(Group::is_single)
            }
            _ => false,
        }
    }

    fn joins(&self, index: usize, joins_run: bool) -> bool {
        let left = self.cells[self.groups[index].end - 1].ch;
        let right = self.cells[self.groups[index + 1].start].ch;
        if SPLIT_PAIRS.contains(&[left, right]) {
            return true;
        }
        if is_numeral(left) && is_numeral(right) {
            return false;
        }
        if self.joins_word(index) {
            return true;
        }
        match strength(self.symbol(index)) {
            Some(Strength::Never) => true,
            Some(Strength::Odd) => {
                let stands_alone = |group: usize, beyond: usize| {
                    self.groups[group].is_single() && self.is_odd(beyond)
                };
                (index > 0 && stands_alone(index, index - 1))
                    || (index + 1 < self.gaps() && stands_alone(index + 1, index + 1))
            }
            Some(Strength::Honest(_)) => joins_run,
            Some(Strength::Punctuation) | None => false,
        }
    }

    /// Whether a word stands over the gap whose characters belong to no word without it.
    fn joins_word(&self, index: usize) -> bool {
        let (left, right) = (&self.groups[index], &self.groups[index + 1]);
        let (last, first) = (self.cells[left.end - 1].ch, self.cells[right.start].ch);
        if !may_join(last, self.symbol(index), first) {
            return false;
        }
        // Between two characters that both stand alone it may be a list of them: `男/女`.
        let longest = match strength(self.symbol(index)) {
            Some(Strength::Odd) => usize::MAX,
            Some(Strength::Honest(_)) if !left.is_single() || !right.is_single() => 2,
            _ => 0,
        };
        let behind = self.cells[right.start..right.end].iter().map(|cell| cell.ch);
        let mut neighbours = Neighbours::new(&self.cells[left.start..left.end - 1], behind);
        let is_meant = |word: &[char], (before, behind): Sides| {
            let is_known = domain().holds(word)
                || (word.len() <= longest && in_dictionary(word, (before, behind)));
            let mut taken =
                (left.end - 1 - before..left.end).chain(right.start..right.start + behind);
            is_known && taken.all(|place| !dictionary::is_covered(self.cells, place))
        };
        neighbours.word_over(last, is_meant).is_some()
    }

    fn is_odd(&self, gap: usize) -> bool {
        strength(self.symbol(gap)) == Some(Strength::Odd)
    }
}

fn read_group(cells: &[Cell], start: usize) -> Group {
    let length = cells[start..].iter().take_while(|cell| is_han(cell.ch)).count();
    Group { start, end: start + length }
}

/// Where the Chinese characters go on behind a short run of one symbol.
fn gap_end(cells: &[Cell], start: usize) -> Option<usize> {
    let symbol = cells.get(start)?.ch;
    strength(symbol)?;
    let length = cells[start..].iter().take_while(|cell| cell.ch == symbol).count();
    let end = start + length;
    (length <= LONGEST && is_han(cells.get(end)?.ch)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn joins_split_words() {
        check(&Separator, "加*微*信", "加微信");
        check(&Separator, "联系加**微**信咨询", "联系加微信咨询");
        check(&Separator, "请 加 微 信", "请加微信");
        check(&Separator, "代/开/发/票", "代开发票");
        check(&Separator, "特.供", "特供");
        check(&Separator, "发·票", "发票");
        check(&Separator, "出售特.供酒", "出售特供酒");
        check(&Separator, "加❤微❤信", "加微信");
        check(&Separator, "约^炮", "约炮");
        check(&Separator, "老-司-机", "老司机");
        check(&Separator, "手+机免 费看", "手机免费看");
        check(&Separator, "内★部渠*道", "内部渠道");
        check(&Separator, "免、费领", "免费领");
        check(&Separator, "这细 节很好", "这细节很好");
    }

    #[test]
    fn honest_separators_stay() {
        for text in [
            "苹果/香蕉/梨",
            "男/女",
            "红/黄/蓝",
            "新闻 标题 内容",
            "让·雷诺",
            "马克·吐温",
            "一.背景",
            "一/二/三/四/五",
            "三 四 五",
            "我来了.你好",
            "张*三",
            "好😂哈",
            "录影^^现在",
            "今天 去 吃 饭",
            "爱情&面包",
            "2026-11-24",
            "3.5 万",
            "金、木、水、火",
            "回家 人很多",
            "室内 部分",
            "太好看了🔥火车",
        ] {
            check(&Separator, text, text);
        }
    }

    #[test]
    fn the_characters_before_the_symbols_are_marked() {
        assert_eq!(marked(&Separator, "请*加*微*信"), "请加微");
    }
}
