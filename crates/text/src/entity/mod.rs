//! Addresses, names, topics, numbers to call and accounts to add, found by rule.
//!
//! Every finder looks at one place of the normalised text and answers with the length of what
//! begins there, reading forwards only and a bounded way, so no text makes it slow.

mod contact;
mod mention;
mod phone;
mod topic;
mod url;

use crate::{Cell, Token, TokenKind};

/// The entity that begins at a character, if one does.
pub(crate) fn find(cells: &[Cell], start: usize) -> Option<Token> {
    let token =
        |length: Option<usize>, kind| length.map(|length| Token::new(start, start + length, kind));
    let rest = &cells[start..];
    match rest.first()?.ch {
        '@' => token(mention::length(rest), TokenKind::Mention),
        '#' => token(topic::length(rest), TokenKind::Topic),
        '+' | '(' => token(phone::length(rest), TokenKind::Phone),
        ch if ch.is_ascii_alphanumeric() => {
            if start > 0 && is_ascii_word(cells[start - 1].ch) {
                return None;
            }
            token(url::length(rest), TokenKind::Url)
                .or_else(|| token(contact::email_length(rest), TokenKind::Contact))
                .or_else(|| token(phone::length(rest), TokenKind::Phone))
                .or_else(|| token(contact::length(rest), TokenKind::Contact))
        }
        _ => token(contact::length(rest), TokenKind::Contact),
    }
}

/// Whether an entity may begin with the character: asked of every one, so it must be quick.
pub(crate) const fn may_begin(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '@' | '#' | '+' | '(') || contact::may_begin(ch)
}

fn is_ascii_word(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || ch == '_'
}

/// The number of characters at the beginning that satisfy a condition, at most `limit`.
fn run(cells: &[Cell], limit: usize, holds: impl Fn(char) -> bool) -> usize {
    cells.iter().take(limit).take_while(|cell| holds(cell.ch)).count()
}

fn starts_with(cells: &[Cell], word: &str) -> bool {
    let mut cells = cells.iter();
    word.chars().all(|ch| cells.next().is_some_and(|cell| cell.ch == ch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Normaliser;

    /// The entities of a text with their kinds.
    fn check(input: &str, expected: &[(&str, TokenKind)]) {
        let normalised = Normaliser::new().normalise(input);
        let mut found = Vec::new();
        let mut start = 0;
        while start < normalised.cells().len() {
            let Some(token) = find(normalised.cells(), start) else {
                start += 1;
                continue;
            };
            let bytes = normalised.byte_offset(token.start as usize)
                ..normalised.byte_offset(token.end as usize);
            found.push((&normalised.text()[bytes], token.kind));
            start = token.end as usize;
        }
        assert_eq!(found, expected, "in {input:?}");
    }

    #[test]
    fn finds_addresses() {
        use TokenKind::Url;
        check("见https://example.com/a?b=1。", &[("https://example.com/a?b=1", Url)]);
        check("点t.cn/A6xyz，领取", &[("t.cn/a6xyz", Url)]);
        check("www.example.com.cn!", &[("www.example.com.cn", Url)]);
        check("登录 example.top 领取", &[("example.top", Url)]);
        check("网址：ＷＷＷ．example．com", &[("www.example.com", Url)]);
        check("版本3.5.1和node.js", &[]);
        check("http://", &[]);
    }

    #[test]
    fn finds_mentions_and_topics() {
        check("@小明同学 你好", &[("@小明同学", TokenKind::Mention)]);
        check("#今日头条#转发", &[("#今日头条#", TokenKind::Topic)]);
        check("#宁波线下 #宁波", &[("#宁波线下", TokenKind::Topic), ("#宁波", TokenKind::Topic)]);
        check("# 标题", &[]);
        check("a@ b", &[]);
    }

    #[test]
    fn finds_telephone_numbers() {
        use TokenKind::Phone;
        check("电话13800138000。", &[("13800138000", Phone)]);
        check("138-0013-8000", &[("138-0013-8000", Phone)]);
        check("138xxxx6021 致电", &[("138xxxx6021", Phone)]);
        check("138****6021", &[("138****6021", Phone)]);
        check("400-800-8888", &[("400-800-8888", Phone)]);
        check("4008008888", &[("4008008888", Phone)]);
        check("+86 13800138000", &[("+86 13800138000", Phone)]);
        check("0571-88886666", &[("0571-88886666", Phone)]);
        check("(010)88886666", &[("(010)88886666", Phone)]);
        check("2026-11-24 共13800138000123人", &[]);
    }

    #[test]
    fn finds_contacts() {
        use TokenKind::Contact;
        check("加微信abc12345", &[("加微信abc12345", Contact)]);
        check("V信：xyz_888", &[("微信:xyz_888", Contact)]);
        check("vx 13800138000", &[("微信 13800138000", Contact)]);
        check("QQ群:123456789", &[("qq群:123456789", Contact)]);
        check("q:3155427667", &[("q:3155427667", Contact)]);
        check("加Q3155427667", &[("加q3155427667", Contact)]);
        check("电报 @seller_01", &[("电报 @seller_01", Contact)]);
        check("TG：sellerone", &[("tg:sellerone", Contact)]);
        check("扣扣三八零零一三八零零", &[("qq380013800", Contact)]);
        check("邮箱 sell@example.com", &[("sell@example.com", Contact)]);
    }

    #[test]
    fn ordinary_mentions_of_messengers_are_no_contacts() {
        for text in [
            "微信支付",
            "微信发红包",
            "微信100000元红包",
            "微信 iphone 版",
            "qq音乐",
            "online game 2026",
            "line friends",
            "企鹅500只",
            "电报2026年",
            "微信8.0.2版本",
        ] {
            check(text, &[]);
        }
    }
}
