//! Whole texts through all steps: what is undone, what is marked and what is left alone.

use mingjian_schema::Obfuscation::{self, *};
use mingjian_text::{Normaliser, char_offset};

fn check(input: &str, expected: &str) {
    assert_eq!(Normaliser::new().normalise(input).text(), expected, "from {input:?}");
}

fn check_marks(input: &str, expected: &[Obfuscation]) {
    let normalised = Normaliser::new().normalise(input);
    let marks = normalised.marks(0..normalised.cells().len());
    assert_eq!(marks.iter().collect::<Vec<_>>(), expected, "in {input:?}");
}

/// The stretch of the original behind a word of the normalised text.
fn check_origin(input: &str, word: &str, expected: &str) {
    let normalised = Normaliser::new().normalise(input);
    let byte = normalised.text().find(word).expect("the word is in the text");
    let start = char_offset(normalised.text(), byte);
    let origin = normalised.origin(start..start + word.chars().count());
    assert_eq!(&input[origin], expected);
}

#[test]
fn disguises_are_undone() {
    check("加*微*信", "加微信");
    check("加 微 信", "加微信");
    check("代/开/发/票", "代开发票");
    check("特.供酒", "特供酒");
    check("据(jù)网(wǎng)信", "据网信");
    check("加\u{200B}微\u{200B}信", "加微信");
    check("加&#24494;信", "加微信");
    check("＋Ｖ：ａｂｃ１２３", "加微:abc123");
    check("𝓥𝓧：①③⑧零零①③⑧零零零", "微信:13800138000");
    check("開發票加ⓋⓍ", "开发票加微信");
    check("vх 电报", "微信 电报");
    check("微\u{336}信\u{336}", "微信");
    check("加&amp;#24494;*信*号", "加微信号");
    check("加＊微＊信１３８", "加微信138");
    check("ｑｑ：１ ３ ８ ０ ０ １ ３ ８", "qq:13800138");
}

#[test]
fn disguises_may_be_combined() {
    check("加*微(wēi)*信", "加微信");
    check("加\u{200B}*&#24494;\u{200B}*信", "加微信");
    check("發*票(ㄆㄧㄠˋ)", "发票");
    check("加﹡微﹡信", "加微信");
}

#[test]
fn words_that_are_not_spelled_out_are_read() {
    check("➕V❤️信号", "加微信信号");
    check("加徽亻言看礻见步页", "加微信看视频");
    check("jianzhi刷dan日结", "兼职刷单日结");
    check("代开发❤票，免&amp;#24223;领", "代开发票,免费领");
    check("内*部渠、道", "内部渠道");
    check("ԛԛ🐧𝟏𝟑𝟖𝟎𝟎𝟏", "qq🐧138001");
    check("赚💰就加薇：abc123", "赚钱就加微:abc123");
    check_marks("徽信", &[Substitution]);
    check_marks("亻言用卡", &[Substitution]);
    check_origin("加徽亻言看", "微信", "徽亻言");
    check_origin("做jianzhi日结", "兼职", "jianzhi");
}

#[test]
fn ordinary_writing_keeps_its_words_and_punctuation() {
    check("下三滥", "下三滥");
    check("数据(data)", "数据(data)");
    check("今天（周一）3.5万人，真的？！", "今天(周一)3.5万人,真的?!");
    check("2026-11-24 10:30", "2026-11-24 10:30");
    check("他说：“好……”", "他说:“好……”");
    check("苹果、香蕉、梨。", "苹果、香蕉、梨。");
    check("让·雷诺 / 马克·吐温", "让·雷诺 / 马克·吐温");
    check("乾隆年间", "乾隆年间");
    check("电话 400-8888-8888 或 138****6021", "电话 400-8888-8888 或 138****6021");
    check("👨‍👩‍👧 ❤️", "👨‍👩‍👧 ❤");
    check("", "");
}

#[test]
fn marks_say_what_was_undone() {
    check_marks("ＡＢ", &[Width]);
    check_marks("𝓐𝓫", &[CompatibilityForm]);
    check_marks("加\u{200B}微", &[Invisible]);
    check_marks("&#24494;信", &[HtmlEntity]);
    check_marks("發票", &[Traditional]);
    check_marks("微(wēi)信", &[BracketedReading]);
    check_marks("加*微*信", &[Separator]);
    check_marks("快快快快快", &[Repeat]);
    check_marks("①③⑧", &[DigitForm]);
    check_marks("wеchat", &[LookAlike]);
}

#[test]
fn ordinary_writing_is_not_marked() {
    for text in [
        "你好，世界！（真的：Ａ除外）".trim_end_matches("Ａ除外）"),
        "iPhone 15 Pro Max 5㎏ 20℃ ½",
        "①打开微信 ②点击",
        "第一行\r\n第二行　缩进",
        "Tom&nbsp;&amp;&nbsp;Jerry",
        "❤️ 1️⃣ ™",
        "\u{FEFF}标题",
        "café",
    ] {
        check_marks(text, &[]);
    }
}

#[test]
fn a_word_knows_its_stretch_of_the_original() {
    check_origin("请加*微*信:abc", "加微信", "加*微*信");
    check_origin("据(jù)网(wǎng)信", "据网", "据(jù)网(wǎng)");
    check_origin("看&#24494;&#20449;吧", "微信", "&#24494;&#20449;");
    check_origin("A哈哈哈哈哈B", "哈哈哈", "哈哈哈哈哈");
    check_origin("ﷺ加微", "加微", "加微");
    check_origin("e\u{301}té是", "é", "e\u{301}");
    check_origin("打⑩折", "10", "⑩");
}

#[test]
fn deep_nesting_and_long_runs_stay_fast() {
    check(&"&amp;".repeat(20_000), "&&&");
    check(&format!("&{}#24494;", "amp;".repeat(20_000)), "微");
    let nested = format!("{}{}", "据(".repeat(50_000), "ju)".repeat(50_000));
    assert!(!Normaliser::new().normalise(&nested).text().is_empty());
    check(&"哈".repeat(100_000), "哈哈哈");
    check(&"加*".repeat(50_000), &format!("{}*", "加".repeat(3)));
}
