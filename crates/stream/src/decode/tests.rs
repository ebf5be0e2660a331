use proptest::prelude::*;

use super::*;

fn decoder(toml: &str) -> Decoder {
    let config: InputConfig = toml::from_str(toml).unwrap();
    config.check().unwrap();
    Decoder::new(&config)
}

/// The reason and detail for which a decoder with a limit of 100 bytes refuses a message.
fn rejection(message: impl AsRef<[u8]>) -> (DeadLetterReason, String) {
    let message = message.as_ref();
    let decoder = decoder("max_bytes = 100\nmax_depth = 4");
    let rejection = decoder.decode(message, message.len() as u64).unwrap_err();
    assert_eq!(rejection.stage, Stage::Decode);
    (rejection.reason, rejection.detail.into_owned())
}

#[test]
fn every_kind_of_bad_message_has_its_reason() {
    use DeadLetterReason as R;
    let check = |message: &str, reason| assert_eq!(rejection(message).0, reason, "{message}");
    check("", R::EmptyMessage);
    check(&" ".repeat(101), R::TooLarge);
    check(r#"{"id":"1","text":[[[["#, R::TooDeep);
    check("   ", R::NotJson);
    check("你好", R::NotJson);
    check(r#"{"id":"1","text":"x"} {}"#, R::NotJson);
    check(r#"{"id":1,"text":"x","#, R::NotJson);
    check(r#"{"id":"1","text":"\ud83d"}"#, R::NotJson);
    check(r#"{"id":"1","text":"x","n":NaN}"#, R::NotJson);
    check("[\"1\",\"标题\"]", R::WrongType);
    check("null", R::WrongType);
    check("{}", R::MissingField);
    check(r#"{"text":"x"}"#, R::MissingField);
    check(r#"{"id":"1","text":"x","author":{}}"#, R::MissingField);
    check(r#"{"id":1,"text":"x"}"#, R::WrongType);
    check(r#"{"id":null,"text":"x"}"#, R::WrongType);
    check(r#"{"id":"1","text":7}"#, R::WrongType);
    check(r#"{"id":"1","text":"x","channel":"telepathy"}"#, R::WrongType);
    check(r#"{"id":"1","text":"x","text":"y"}"#, R::WrongType);
    check(r#"{"id":"","text":"x"}"#, R::EmptyId);
    check(r#"{"id":"1"}"#, R::EmptyText);
    check(r#"{"id":"1","text":"\u0000"}"#, R::NullCharacter);
    assert_eq!(rejection(b"{\"id\":\"\xff\"}").0, R::NotUtf8);
}

#[test]
fn a_detail_names_fields_and_positions_but_never_content() {
    let detail = |message: &str| rejection(message).1;
    assert_eq!(detail(r#"{"text":"机密"}"#), "field `id` is missing");
    assert_eq!(detail(r#"{"id":"1","text":["机密"]}"#), "field `text` is not a string");
    assert_eq!(
        detail(r#"{"id":"1","text":"x","author":{"id":"2","verified":"机密"}}"#),
        "field `author.verified` is not true or false"
    );
    for message in [
        r#"{"id":"机密","channel":"机密"}"#,
        r#"{"机密":1,"id":{"机密":1}}"#,
        r#"{"id":"1","text":"机密"机密"#,
        r#""机密""#,
        "机密",
    ] {
        let detail = detail(message);
        assert!(!detail.contains('机') && !detail.contains('密'), "{detail}");
    }
}

#[test]
fn reviewers_get_the_message_as_it_came() {
    let json =
        "{ \"id\":\"1\",\n \"text\":\"你好\", \"unknown\":[1.50, 1e400], \"b\":\"\\u4f60\" }";
    let message = format!("\u{feff}{json}");
    let decoded = decoder("").decode(message.as_bytes(), message.len() as u64).unwrap();
    let (post, raw) = decoded.into_parts().unwrap();
    assert_eq!((post.id.as_str(), post.text()), ("1", "你好"));
    assert_eq!(raw.get(), json);
}

const MAPPED: &str = r#"
    [fields]
    id = "/mid"
    text = "/content/text"
    author.id = "/user/uid"
    author.name = "/user/nick~1name"
"#;

fn map(json: &str) -> Result<(Post, String), Rejection> {
    let decoded = decoder(MAPPED).decode(json.as_bytes(), json.len() as u64)?;
    let (post, raw) = decoded.into_parts()?;
    Ok((post, raw.get().to_owned()))
}

#[test]
fn other_shapes_are_mapped_and_keep_what_is_not_mapped() {
    let json = concat!(
        r#"{"mid":4900000000000000001,"content":{"text":"你好","pics":[1.50]},"#,
        r#""user":{"uid":7,"nick/name":"甲"},"title":"题","text":"别的","score":1.50}"#
    );
    let (post, raw) = map(json).unwrap();
    assert_eq!(
        (post.id.as_str(), post.title(), post.text()),
        ("4900000000000000001", "题", "你好")
    );
    let author = post.author.unwrap();
    assert_eq!((author.id.as_str(), author.name.as_deref()), ("7", Some("甲")));
    let expected = concat!(
        r#"{"id":"4900000000000000001","title":"题","text":"你好","#,
        r#""author":{"id":"7","name":"甲"},"content":{"text":"你好","pics":[1.50]},"#,
        r#""user":{"uid":7,"nick/name":"甲"},"score":1.50,"unmapped":{"text":"别的"}}"#
    );
    assert_eq!(raw, expected);
    assert!(serde_json::from_str::<Post>(&raw).unwrap().check().is_ok());
}

#[test]
fn a_mapped_field_is_blamed_by_both_names() {
    let detail = |json| map(json).unwrap_err().detail.into_owned();
    assert_eq!(detail("{}"), "field `id` (mapped from `/mid`) is missing");
    assert_eq!(
        detail(r#"{"mid":"1","content":{"text":true}}"#),
        "field `text` (mapped from `/content/text`) is not a string"
    );
    assert_eq!(map("[]").unwrap_err().reason, DeadLetterReason::WrongType);
    assert_eq!(map("{").unwrap_err().reason, DeadLetterReason::NotJson);
    assert_eq!(
        map(r#"{"mid":"1","content":{"text":"\ud83d"}}"#).unwrap_err().reason,
        DeadLetterReason::NotJson
    );
}

fn near_json() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(&b"{"[..]),
        Just(&b"}"[..]),
        Just(&b"\"id\":"[..]),
        Just(&b"\"text\":"[..]),
        Just(&b"\"author\":"[..]),
        Just(&b"\"\xe4\xbd\xa0\""[..]),
        Just(&b","[..]),
        Just(&b"["[..]),
        Just(&b"1e9"[..]),
        Just(&b"null"[..]),
        Just(&b"\\ud800"[..]),
        Just(&b"\xff"[..]),
    ];
    proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn decoding_never_panics(
        message in prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), near_json()],
    ) {
        for decoder in [decoder("max_depth = 4"), decoder(MAPPED)] {
            if let Ok(decoded) = decoder.decode(&message, message.len() as u64) {
                prop_assert!(decoded.post.check().is_ok());
                let (_, raw) = decoded.into_parts().unwrap();
                prop_assert!(serde_json::from_str::<Post>(raw.get()).is_ok());
            }
        }
    }
}
