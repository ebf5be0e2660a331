//! Reviewers get the post as the platform sent it, down to the last digit.

use std::fs;

use tempfile::tempdir;

use crate::program::{finish, mingjian};
use crate::replay::flag_everything;

/// What must come out exactly as it went in.
const POSTS: [&str; 6] = [
    r#"{"id":"1","text":"平平常常","likes":123456789012345678901234567890,"minus":-98765432109876543210}"#,
    r#"{"id":"2","text":"平平常常","price":1.50,"tiny":1e-400,"huge":1e400,"zero":-0.0}"#,
    r#"{ "zz" : [ 1 , { "b" : null , "a" : 1 } ] , "id" : "3" , "text" : "平平常常" }"#,
    r#"{"id":"4","text":"\u5e73\u5e38\u5e73\u5e38 \ud83d\ude00 \/ \"","other":"\u0000"}"#,
    r#"{"id":"5","text":"平平常常","mine":1,"mine":2}"#,
    r#"{"id":"6","text":"平平常常","extra":{"n":[18446744073709551616,0.1000]},"published_at":1e3}"#,
];

#[test]
fn a_flagged_post_carries_the_original_byte_for_byte() {
    let folder = tempdir().unwrap();
    let [input, out] = ["posts.jsonl", "flagged.jsonl"].map(|name| folder.path().join(name));
    fs::write(&input, POSTS.join("\n")).unwrap();
    let call = &mut mingjian("replay");
    call.arg(&input).arg("--json").arg("--out").arg(&out);
    finish(flag_everything(call)).succeeded();
    let written = fs::read_to_string(&out).unwrap();
    assert_eq!(written.lines().count(), POSTS.len());
    for (line, post) in written.lines().zip(POSTS) {
        assert!(line.contains(&format!(r#""post":{post},"#)), "{post} became {line}");
    }
}
