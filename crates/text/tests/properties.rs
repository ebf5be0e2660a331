//! What holds for every text, looked for over arbitrary strings and over strings made of the
//! characters that the steps react to.

use mingjian_text::{Analyser, Document, Normalised, Normaliser, char_offset};
use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;

/// Pieces that steps react to, alone or beside each other.
const NASTY: &[&str] = &[
    "加",
    "微",
    "信",
    "发",
    "票",
    "据",
    "网",
    "一",
    "三",
    "八",
    "零",
    "壹",
    "發",
    "裏",
    "乾",
    "＊",
    "*",
    "/",
    ".",
    "·",
    " ",
    "\u{3000}",
    "\n",
    "-",
    "^",
    "❤",
    "\u{FE0F}",
    "\u{200D}",
    "👨",
    "👩",
    "🏽",
    "🇨",
    "🇳",
    "\u{200B}",
    "\u{202E}",
    "\u{301}",
    "\u{308}",
    "\u{336}",
    "\u{20E3}",
    "e",
    "u",
    "ü",
    "ǖ",
    "É",
    "ẛ\u{323}",
    "ﬁ",
    "㈱",
    "ﷺ",
    "①",
    "⑩",
    "⒈",
    "🄁",
    "❶",
    "㊀",
    "𝟙",
    "²",
    "1",
    "3",
    "8",
    "0",
    "Ａ",
    "ａ",
    "１",
    "İ",
    "ẞ",
    "х",
    "В",
    "Ω",
    "ς",
    "ᴠ",
    "ɡ",
    "v",
    "x",
    "W",
    "(",
    ")",
    "（",
    "）",
    "[",
    "】",
    "jù",
    "wang",
    "ㄐㄩ",
    "ˋ",
    "˙",
    "&",
    "&amp;",
    "amp;",
    "#",
    "#24494;",
    "x4fe1",
    ";",
    "&lt",
    "nbsp;",
    "哈",
    "哈哈哈",
    "!",
    "！！！",
    "…",
    "￣",
    "´",
    "@",
    "http://",
    "www.",
    "t.cn/",
    "微信",
    "qq",
    ":",
    "：",
    "138",
    "xxxx",
    "ｶ",
    "ﾞ",
    "\u{1100}",
    "\u{1161}",
    "\u{11A8}",
    "ที",
    "\u{0}",
    "\u{10FFFF}",
    "\u{E0001}",
    "𠮷",
    "々",
    "〇",
    "\u{FEFF}",
    "℃",
    "™",
];

fn nasty() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(NASTY), 0..40).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => nasty(),
        1 => any::<String>(),
        1 => "[\u{2000}-\u{33ff}\u{4e00}-\u{4e80}a-zA-Z]{0,30}",
        1 => "[\u{300}-\u{530}\u{1100}-\u{1200}\u{ff00}-\u{ffff}\u{1f100}-\u{1f200}]{0,20}",
    ]
}

fn check_map(original: &str, normalised: &Normalised) {
    let cells = normalised.cells();
    for cell in cells {
        assert!(cell.start < cell.end, "{cell:?} stands for nothing");
        assert!(original.get(cell.start as usize..cell.end as usize).is_some(), "{cell:?}");
    }
    for pair in cells.windows(2) {
        assert!(pair[0].start <= pair[1].start && pair[0].end <= pair[1].end, "{pair:?}");
    }
    let written: String = cells.iter().map(|cell| cell.ch).collect();
    assert_eq!(written, normalised.text());
    for (index, (offset, _)) in written.char_indices().enumerate() {
        assert_eq!(normalised.byte_offset(index), offset);
    }
    assert_eq!(normalised.byte_offset(cells.len()), written.len());
    let whole = normalised.origin(0..cells.len());
    assert!(char_offset(original, whole.end) <= original.chars().count());
}

fn check_tokens(document: &Document) {
    let mut end = 0;
    for token in document.tokens() {
        assert_eq!(token.start, end, "gap or overlap before {token:?}");
        assert!(token.start < token.end, "{token:?} is empty");
        assert!(document.is_boundary(token.start as usize));
        end = token.end;
    }
    assert_eq!(end as usize, document.normalised().cells().len());
    assert!(document.is_boundary(end as usize));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn normalising_again_changes_nothing(original in any_text()) {
        let normaliser = Normaliser::new();
        let once = normaliser.normalise(&original);
        let twice = normaliser.normalise(once.text());
        prop_assert_eq!(once.text(), twice.text());
    }

    #[test]
    fn every_character_knows_where_it_comes_from(original in any_text()) {
        check_map(&original, &Normaliser::new().normalise(&original));
    }

    #[test]
    fn tokens_cover_the_text(original in any_text()) {
        check_tokens(&Analyser::new().analyse(&original));
    }

    #[test]
    fn used_buffers_leave_no_trace(first in any_text(), second in any_text()) {
        let analyser = Analyser::new();
        let mut document = analyser.analyse(&first);
        analyser.analyse_into(&second, &mut document);
        let fresh = analyser.analyse(&second);
        prop_assert_eq!(document.tokens(), fresh.tokens());
        prop_assert_eq!(document.normalised().cells(), fresh.normalised().cells());
        prop_assert_eq!(document.normalised().text(), fresh.normalised().text());
    }

    #[test]
    fn the_normal_form_is_compatibility_composed(original in any_text()) {
        use unicode_normalization::UnicodeNormalization;
        let text = Normaliser::new().normalise(&original).text().to_owned();
        // An ellipsis and spacing accents are kept on purpose, with the mark that may follow them.
        let is_kept = |ch: char| "…‥".contains(ch) || std::iter::once(ch).nfkc().count() > 1;
        for part in text.split(is_kept).map(|part| part.trim_start_matches(is_combining_mark)) {
            prop_assert_eq!(part, part.nfkc().collect::<String>());
        }
    }
}

#[test]
fn shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Normaliser>();
    shared::<Analyser>();
    shared::<mingjian_text::Segmenter>();
}

#[test]
fn a_default_document_is_empty() {
    let document = Document::default();
    assert!(document.is_empty());
    assert!(document.is_boundary(0));
    assert_eq!(document.normalised().byte_offset(0), 0);
    assert_eq!(document.normalised().origin(0..0), 0..0);
}
