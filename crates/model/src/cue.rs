//! Structural cues: what the shape of a post says, apart from its words.

use std::ops::Range;

use mingjian_schema::{Field, Obfuscation};
use mingjian_text::{Document, ObfuscationSet, Token, TokenKind};

use crate::headline;
use crate::reading::Reading;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = $id:literal,)+) => {
        /// A structural cue. Values lie between 0 and 1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Cue {
            $($(#[$doc])* $name,)+
        }

        impl Cue {
            /// All cues, in the order of their [`index`](Self::index).
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// How many cues there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The id used in the model file and as `rule` in the evidence.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)+
                }
            }
        }
    };
}

cues! {
    /// Exclamation marks, three or more count as 1.
    Exclamation = "exclamation",
    /// Question marks, three or more count as 1.
    Question = "question",
    /// Dots that trail off.
    Ellipsis = "ellipsis",
    /// A lead or signature in 【】.
    Lenticular = "lenticular_brackets",
    /// A link.
    Url = "link",
    /// A phone-like number.
    Phone = "phone_number",
    /// A contact handle on another platform.
    Contact = "contact_handle",
    /// A mention of an account.
    Mention = "mention",
    /// Topic tags, three or more count as 1.
    Topic = "topic_tags",
    /// Share of the characters that are digits.
    DigitShare = "digit_share",
    /// Share of the characters that are emoji or stand-alone symbols.
    EmojiShare = "emoji_share",
    /// Characters driven apart by symbols or spaces.
    Separator = "separated_characters",
    /// Disguises other than separators and ordinary traditional script: invisible characters,
    /// look-alikes, odd digits, entities, readings in brackets.
    Disguise = "disguised_characters",
    /// An official document number such as 〔2024〕12号.
    DocumentNumber = "document_number",
    /// Length of title and text: `ln(1 + characters) / 7`, at most 1.
    Length = "length",
    /// Share of the headline's content words that its body never uses; 0 without a body.
    HeadlineUnsupported = "headline_unsupported",
    /// Share of the headline's numbers that its body never gives; 0 without a body.
    HeadlineNumbersMissing = "headline_numbers_missing",
    /// How short the body is: 1 for one that is no longer than its headline, 0 above 300 characters.
    ThinBody = "thin_body",
}

impl Cue {
    /// Position in [`Cue::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The cues of one post, each with the place where it shows most, if it has one.
#[derive(Debug, Clone)]
pub struct CueValues {
    values: [f32; Cue::COUNT],
    places: [Option<(Field, Range<u32>)>; Cue::COUNT],
}

impl Default for CueValues {
    fn default() -> Self {
        Self { values: [0.0; Cue::COUNT], places: [const { None }; Cue::COUNT] }
    }
}

impl CueValues {
    /// Reads the cues off a post.
    #[must_use]
    pub fn of(reading: &Reading) -> Self {
        let mut cues = Self::default();
        let mut counts = Counts::default();
        for (field, document, _) in reading.scored() {
            for token in document.tokens() {
                cues.note_token(field, document, token, &mut counts);
            }
            cues.note_characters(field, document, &mut counts);
        }
        cues.finish(&counts);
        cues.note_headline(reading);
        cues
    }

    /// The value of a cue, from 0 to 1.
    #[must_use]
    pub fn value(&self, cue: Cue) -> f32 {
        self.values[cue.index()]
    }

    /// Where the cue shows: a field and a range of its normalised characters.
    #[must_use]
    pub fn place(&self, cue: Cue) -> Option<&(Field, Range<u32>)> {
        self.places[cue.index()].as_ref()
    }

    /// The cues that show, with their values.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (Cue, f32)> + Clone {
        let values = Cue::ALL.iter().copied().zip(self.values);
        values.filter(|(_, value)| *value != 0.0)
    }

    fn set(&mut self, cue: Cue, value: f32) {
        self.values[cue.index()] = value.clamp(0.0, 1.0);
    }

    fn note(&mut self, cue: Cue, field: Field, chars: Range<u32>) {
        self.places[cue.index()].get_or_insert((field, chars));
    }

    fn note_token(
        &mut self,
        field: Field,
        document: &Document,
        token: &Token,
        counts: &mut Counts,
    ) {
        let chars = token.start..token.end;
        let length = token.end - token.start;
        counts.characters += length;
        match token.kind {
            TokenKind::Url => self.mark(Cue::Url, field, chars),
            TokenKind::Phone => self.mark(Cue::Phone, field, chars),
            TokenKind::Contact => self.mark(Cue::Contact, field, chars),
            TokenKind::Mention => self.mark(Cue::Mention, field, chars),
            TokenKind::Topic => {
                counts.topics += 1;
                self.note(Cue::Topic, field, chars);
            }
            TokenKind::Number => {
                counts.digits += length;
                self.note(Cue::DigitShare, field, chars);
            }
            TokenKind::Emoji | TokenKind::Other => {
                counts.emoji += length;
                self.note(Cue::EmojiShare, field, chars);
            }
            TokenKind::Punctuation => {
                let mark = document.normalised().cells()[token.start as usize].ch;
                self.note_punctuation(field, document, mark, chars, counts);
            }
            TokenKind::Word | TokenKind::Latin | TokenKind::Space => {}
        }
    }

    fn note_punctuation(
        &mut self,
        field: Field,
        document: &Document,
        mark: char,
        chars: Range<u32>,
        counts: &mut Counts,
    ) {
        match mark {
            '!' => {
                counts.exclamations += 1;
                self.note(Cue::Exclamation, field, chars);
            }
            '?' => {
                counts.questions += 1;
                self.note(Cue::Question, field, chars);
            }
            '【' => self.mark(Cue::Lenticular, field, chars),
            '.' | '。' => {
                let cells = document.normalised().cells();
                let next = cells.get(chars.end as usize).map(|cell| cell.ch);
                if next == Some(mark) {
                    self.mark(Cue::Ellipsis, field, chars.start..chars.end + 1);
                }
            }
            _ => {}
        }
    }

    fn mark(&mut self, cue: Cue, field: Field, chars: Range<u32>) {
        self.set(cue, 1.0);
        self.note(cue, field, chars);
    }

    fn note_characters(&mut self, field: Field, document: &Document, counts: &mut Counts) {
        for (position, cell) in (0u32..).zip(document.normalised().cells()) {
            if !cell.marks.is_empty() {
                self.note_disguise(field, position, cell.marks, counts);
            }
            if matches!(cell.ch, '〔' | '[' | '(' | '【') {
                self.note_document_number(field, document, position as usize);
            }
        }
    }

    fn note_disguise(
        &mut self,
        field: Field,
        position: u32,
        marks: ObfuscationSet,
        counts: &mut Counts,
    ) {
        if marks.contains(Obfuscation::Separator) {
            counts.separated += 1;
            self.note(Cue::Separator, field, position..position + 1);
        }
        let disguised = [
            Obfuscation::Invisible,
            Obfuscation::HtmlEntity,
            Obfuscation::BracketedReading,
            Obfuscation::DigitForm,
            Obfuscation::LookAlike,
            Obfuscation::CompatibilityForm,
            Obfuscation::Substitution,
        ];
        if disguised.into_iter().any(|kind| marks.contains(kind)) {
            counts.disguised += 1;
            self.note(Cue::Disguise, field, position..position + 1);
        }
    }

    /// 〔2024〕12号, [2024]12号, (2024)第12号, from the opening bracket on.
    fn note_document_number(&mut self, field: Field, document: &Document, open: usize) {
        let cells = document.normalised().cells();
        let is = |position: usize, test: fn(char) -> bool| {
            cells.get(position).is_some_and(|cell| test(cell.ch))
        };
        let year = (1..=4).all(|step| is(open + step, |ch| ch.is_ascii_digit()));
        if !year || !is(open + 5, |ch| matches!(ch, '〕' | ']' | ')' | '】')) {
            return;
        }
        let mut end = open + 6;
        if is(end, |ch| ch == '第') {
            end += 1;
        }
        let digits = end;
        while is(end, |ch| ch.is_ascii_digit()) {
            end += 1;
        }
        if end > digits && is(end, |ch| ch == '号') {
            self.mark(Cue::DocumentNumber, field, open as u32..end as u32 + 1);
        }
    }

    fn finish(&mut self, counts: &Counts) {
        let characters = counts.characters.max(1) as f32;
        self.set(Cue::Exclamation, counts.exclamations as f32 / 3.0);
        self.set(Cue::Question, counts.questions as f32 / 3.0);
        self.set(Cue::Topic, counts.topics as f32 / 3.0);
        self.set(Cue::DigitShare, counts.digits as f32 / characters);
        self.set(Cue::EmojiShare, counts.emoji as f32 / characters);
        self.set(Cue::Separator, counts.separated as f32 / 4.0);
        self.set(Cue::Disguise, counts.disguised as f32 / 4.0);
        self.set(Cue::Length, (counts.characters as f32).ln_1p() / 7.0);
    }

    fn note_headline(&mut self, reading: &Reading) {
        let Some(support) = headline::support(&reading.title, &reading.body) else { return };
        self.set(Cue::HeadlineUnsupported, support.unsupported_words);
        self.set(Cue::HeadlineNumbersMissing, support.missing_numbers);
        self.set(Cue::ThinBody, support.thin_body);
        let whole = 0..reading.title.normalised().cells().len() as u32;
        for cue in [Cue::HeadlineUnsupported, Cue::HeadlineNumbersMissing, Cue::ThinBody] {
            self.note(cue, Field::Title, whole.clone());
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    characters: u32,
    digits: u32,
    emoji: u32,
    exclamations: u32,
    questions: u32,
    topics: u32,
    separated: u32,
    disguised: u32,
}
