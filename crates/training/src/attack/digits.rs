//! Digits as numerals, in circles or on keys.

use super::page::Page;
use super::random::Random;

const FORMS: &[&str] =
    &["零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "⓪①②③④⑤⑥⑦⑧⑨", "⓿❶❷❸❹❺❻❼❽❾"];

/// Writes every number in another form: one style a number, and at times several mixed.
pub(super) fn rewrite(page: &mut Page, random: &mut Random) {
    let mut place = 0;
    while place < page.chars.len() {
        let digits = page.chars[place..].iter().take_while(|ch| ch.is_ascii_digit()).count();
        let style = random.below(FORMS.len() + 1);
        let is_mixed = random.once_in(3);
        for place in place..place + digits {
            let style = if is_mixed { random.below(FORMS.len() + 1) } else { style };
            let digit = page.chars[place];
            let value = digit as usize - '0' as usize;
            let form = FORMS.get(style).and_then(|forms| forms.chars().nth(value));
            page.write(
                place,
                form.map_or_else(|| format!("{digit}\u{FE0F}\u{20E3}"), String::from),
            );
        }
        place += digits.max(1);
    }
}
