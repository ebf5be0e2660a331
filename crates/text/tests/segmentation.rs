//! What is cut where.

use mingjian_text::{Analyser, TokenKind};

fn pieces(analyser: &Analyser, input: &str) -> Vec<String> {
    let document = analyser.analyse(input);
    let normalised = document.normalised();
    let piece = |range: std::ops::Range<usize>| {
        let bytes = normalised.byte_offset(range.start)..normalised.byte_offset(range.end);
        normalised.text()[bytes].to_owned()
    };
    document.tokens().iter().map(|token| piece(token.range())).collect()
}

fn check(input: &str, expected: &str) {
    assert_eq!(pieces(&Analyser::new(), input).join("|"), expected);
}

#[test]
fn ordinary_words_stay_whole() {
    for word in
        ["微博", "大麻烦", "测试", "女装", "装修", "妹妹", "管理", "麻烦", "单位", "返回", "群众"]
    {
        check(word, word);
    }
    check("这是个大麻烦", "这|是|个|大麻烦");
    check("添加微博好友", "添加|微博|好友");
    check("参加微软活动", "参加|微软|活动");
    check("公开发票据", "公开|发|票据");
    check("他返回单位", "他|返回|单位");
    check("研究生命起源", "研究|生命|起源");
    check("收集团活动", "收|集团|活动");
    check("下载体验", "下载|体验");
    check("增大型号", "增大|型号");
    check("打开主页面", "打开|主|页面");
    check("小区内供水", "小|区内|供水");
    check("打开车门", "打开|车门");
    check("点开发现", "点|开|发现");
}

#[test]
fn words_of_the_trade_are_known() {
    check("代开发票", "代开发票");
    check("有偿删帖", "有偿删帖");
    check("高仿原单特供酒", "高仿|原单|特供酒");
    check("刷单返佣私聊约拍", "刷单|返佣|私聊|约拍");
    check("福利姬加微", "福利姬|加微");
}

#[test]
fn a_multi_script_word_is_one() {
    check("买T恤", "买|t恤");
    check("去卡拉OK", "去|卡拉ok");
    check("4S店iPhone15", "4s店|iphone15");
}

#[test]
fn numbers_keep_their_points() {
    check("3.5万,1,000元,1,2", "3.5|万|,|1,000|元|,|1|,|2");
    check("50%", "50|%");
}

#[test]
fn kinds_are_told_apart() {
    let kinds = |input: &str| -> Vec<TokenKind> {
        Analyser::new().analyse(input).tokens().iter().map(|token| token.kind).collect()
    };
    use TokenKind::*;
    assert_eq!(
        kinds("你好 abc,12👍🏽ありがとう"),
        [Word, Space, Latin, Punctuation, Number, Emoji, Other]
    );
    assert_eq!(kinds("加微信abc12345"), [Contact]);
    assert_eq!(kinds("👨‍👩‍👧🇨🇳"), [Emoji, Emoji]);
}

#[test]
fn further_words_are_learnt_in_their_normal_form() {
    let plain = Analyser::new();
    let taught = Analyser::with_words([("養生壺禮", Some(1000))]);
    assert_ne!(pieces(&plain, "养生壶礼"), ["养生壶礼"]);
    assert_eq!(pieces(&taught, "养生壶礼"), ["养生壶礼"]);
    assert_eq!(pieces(&taught, "養生壺禮"), ["养生壶礼"]);
}

#[test]
fn the_domain_dictionary_is_whole_and_without_repeats() {
    let mut seen = std::collections::HashSet::new();
    let data = include_str!("../data/domain-dictionary.txt");
    let analyser = Analyser::new();
    for word in data.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace) {
        assert!(seen.insert(word), "{word} stands twice");
        assert_eq!(pieces(&analyser, word).len(), 1, "{word} is split");
    }
    assert!(seen.len() > 200);
}
