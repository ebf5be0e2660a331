//! A character or two say too little to deserve a person's time.

use crate::replay::replay;

#[test]
fn posts_of_a_few_characters_pass() {
    let letters = (33u8..127).map(|byte| char::from(byte).to_string());
    let words = ["顶", "赞", "在吗", "来了", "？", "！！！", "😂", "xx", "666", "哈哈哈"];
    let lines: Vec<String> = letters
        .chain(words.map(str::to_owned))
        .enumerate()
        .map(|(number, text)| {
            serde_json::json!({ "id": number.to_string(), "text": text }).to_string()
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("short.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let flagged: Vec<_> = replay(&file, &[]).1.into_iter().map(|record| record.id).collect();
    assert_eq!(flagged, Vec::<String>::new());
}
